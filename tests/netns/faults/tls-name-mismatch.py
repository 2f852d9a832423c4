"""The certificate is another name's."""
from services import authority, certificate, copy_file, nginx, tls_client, tls_server

EXPECT = {'symptom': 'tls-failed'}
EXPECT_SERVER = {'symptom': 'tls-failed', 'certainty': 'inferred', 'culprit': {'kind': 'certificate'}}  # of TLS 1.2, which tells its alerts


def serve(lab, name):
    kind = lab.rng.choice([lambda *c: nginx(lab.server, lab.port, tls=c), lambda *c: tls_server(lab.server, lab.port, *c)])
    return kind(*certificate(lab.server, name))


def build(lab):
    name = lab.name_server_in_hosts()
    lab.service = serve(lab, name)
    copy_file(lab.server, authority(lab.server), lab.client, '/etc/ssl/lab-ca.pem')
    copy_file(lab.server, authority(lab.server), lab.server, '/etc/ssl/certs/ca-certificates.crt')
    lab.asks('https', '--ca', '/etc/ssl/lab-ca.pem', host=name)
    lab.real_client = tls_client(lab, name, '/etc/ssl/lab-ca.pem', '-tls1_2')


def fault(lab):
    lab.service.stop()
    serve(lab, 'other.example')

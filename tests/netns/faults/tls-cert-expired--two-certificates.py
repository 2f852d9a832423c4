"""Of two certificates the one that this client was shown has expired; another client is shown the good one."""
from services import authority, certificate, copy_file, tls_client, tls_server

EXPECT = {'symptom': 'tls-failed'}
EXPECT_SERVER = {'symptom': 'tls-failed', 'certainty': 'inferred', 'culprit': {'kind': 'certificate'}}
SIDES = ('server',)
DAY = 86400


def serve(lab, **dates):
    shown = certificate(lab.server, lab.name, rsa=True, **dates)
    good = certificate(lab.server, lab.name)
    return tls_server(lab.server, lab.port, *shown, prepare=lambda c: c.load_cert_chain(*map(lab.server.path, good)))


def build(lab):
    lab.name = lab.name_server_in_hosts()
    lab.service = serve(lab)
    copy_file(lab.server, authority(lab.server), lab.client, '/etc/ssl/lab-ca.pem')
    lab.asks('https', '--ca', '/etc/ssl/lab-ca.pem', host=lab.name)
    lab.real_client = tls_client(lab, lab.name, '/etc/ssl/lab-ca.pem', '-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256')


def fault(lab):
    lab.service.stop()
    serve(lab, start=-400 * DAY, end=-lab.rng.randrange(1, 60) * DAY)

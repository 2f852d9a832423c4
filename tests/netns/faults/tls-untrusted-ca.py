"""A certificate that signed itself, or by an authority that the client does not know."""
from services import authority, certificate, copy_file, tls_client, tls_server

EXPECT = {'symptom': 'tls-failed', 'certainty': 'proven', 'culprit': {'kind': 'certificate'}}
EXPECT_SERVER = {'symptom': 'tls-failed', 'certainty': 'inferred', 'culprit': {'kind': 'certificate'}}  # of TLS 1.2, which tells its alerts


def build(lab):
    lab.name = lab.name_server_in_hosts()
    lab.service = tls_server(lab.server, lab.port, *certificate(lab.server, lab.name))
    copy_file(lab.server, authority(lab.server), lab.client, '/etc/ssl/lab-ca.pem')
    lab.asks('https', '--ca', '/etc/ssl/lab-ca.pem', host=lab.name)
    lab.real_client = tls_client(lab, lab.name, '/etc/ssl/lab-ca.pem', '-tls1_2')


def fault(lab):
    lab.service.stop()
    itself = lab.rng.random() < 0.5
    folder = '/etc/lab-ca' if itself else '/etc/other-ca'
    tls_server(lab.server, lab.port, *certificate(lab.server, lab.name, folder=folder, self_signed=itself))

"""The certificate does not cover the address, by which it is asked."""
from services import authority, certificate, copy_file, tls_server

EXPECT = {'symptom': 'tls-failed', 'certainty': 'proven', 'culprit': {'kind': 'certificate'}}
EXPECT_SERVER = {'skip': 'what a client thinks of a certificate is its own'}


def build(lab):
    lab.service = tls_server(lab.server, lab.port, *certificate(lab.server, lab.address))
    copy_file(lab.server, authority(lab.server), lab.client, '/etc/ssl/lab-ca.pem')
    lab.asks('https', '--ca', '/etc/ssl/lab-ca.pem')


def fault(lab):
    lab.service.stop()
    tls_server(lab.server, lab.port, *certificate(lab.server, 'www.example'))

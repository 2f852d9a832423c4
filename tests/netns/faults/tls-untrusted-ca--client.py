"""The server's own store has the authority, and the client's has not."""
from services import authority, certificate, copy_file, tls_client, tls_server

EXPECT = {'symptom': 'tls-failed'}
EXPECT_SERVER = {'symptom': 'tls-failed', 'certainty': 'inferred'}


def build(lab):
    lab.name = lab.name_server_in_hosts()
    lab.service = tls_server(lab.server, lab.port, *certificate(lab.server, lab.name))
    copy_file(lab.server, authority(lab.server), lab.client, '/etc/ssl/lab-ca.pem')
    copy_file(lab.server, authority(lab.server), lab.server, '/etc/ssl/certs/ca-certificates.crt')
    lab.asks('https', '--ca', '/etc/ssl/lab-ca.pem', host=lab.name)
    lab.real_client = tls_client(lab, lab.name, '/etc/ssl/lab-ca.pem', '-tls1_2')


def fault(lab):
    copy_file(lab.server, authority(lab.server, folder='/etc/other-ca'), lab.client, '/etc/ssl/lab-ca.pem')

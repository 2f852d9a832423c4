"""The server's Diffie-Hellman group is too weak for the client's new policy; the client ends the handshake itself."""
from services import certificate, need, tls_client

EXPECT = {'symptom': 'tls-failed'}
EXPECT_SERVER = {'set': ['tls-version-mismatch'], 'culprit': {}}
SIDES = ('server',)
CIPHER = 'DHE-RSA-AES128-GCM-SHA256'


def build(lab):
    need(lab.server, 'openssl')
    lab.name = lab.name_server_in_hosts()
    cert, key = certificate(lab.server, lab.name, rsa=True)
    lab.service = lab.server.start(f'exec openssl s_server -accept {lab.port} -cert {cert} -key {key} -www -tls1_2 -cipher {CIPHER}')
    lab.server.wait_listening(lab.port, service=lab.service)
    lab.asks('tls', host=lab.name)
    lab.real_client = tls_client(lab, lab.name, options=f'-tls1_2 -cipher {CIPHER}:@SECLEVEL=2')


def fault(lab):
    lab.real_client = tls_client(lab, lab.name, options=f'-tls1_2 -cipher {CIPHER}:@SECLEVEL=3')

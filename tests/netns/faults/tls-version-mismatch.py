"""The server speaks TLS 1.1 and nothing newer."""
from services import certificate, need, tls_client

EXPECT = {'symptom': 'tls-failed'}
EXPECT_SERVER = {'symptom': 'tls-failed', 'certainty': 'inferred', 'culprit': {'kind': 'config-line'}}


def serve(lab, options):
    cert, key = certificate(lab.server, lab.name)
    service = lab.server.start(f'exec openssl s_server -accept {lab.port} -cert {cert} -key {key} -www {options}')
    lab.server.wait_listening(lab.port, service=service)
    return service


def build(lab):
    need(lab.server, 'openssl')
    lab.name = lab.name_server_in_hosts()
    lab.service = serve(lab, '')
    lab.asks('tls', host=lab.name)
    lab.real_client = tls_client(lab, lab.name, options=lab.rng.choice(['', '-tls1_2', '-tls1_3']))


def fault(lab):
    lab.service.stop()
    serve(lab, '-tls1_1 -cipher DEFAULT@SECLEVEL=0')

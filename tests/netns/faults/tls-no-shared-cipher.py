"""The server takes a cipher only that hardly any client has."""
from services import certificate, tls_client, tls_server
import ssl

EXPECT = {'symptom': 'tls-failed'}
EXPECT_SERVER = {'symptom': 'tls-failed', 'certainty': 'inferred', 'culprit': {'kind': 'config-line'}}


def build(lab):
    lab.name = lab.name_server_in_hosts()
    lab.cert = certificate(lab.server, lab.name)
    lab.service = tls_server(lab.server, lab.port, *lab.cert)
    lab.asks('tls', host=lab.name)
    lab.real_client = tls_client(lab, lab.name)


def fault(lab):
    def prepare(context):
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers('ECDHE-ECDSA-ARIA128-GCM-SHA256')
    lab.service.stop()
    tls_server(lab.server, lab.port, *lab.cert, prepare=prepare)

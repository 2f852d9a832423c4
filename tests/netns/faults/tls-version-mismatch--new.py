"""The server speaks only what is newer than the client."""
from services import certificate, tls_client, tls_server
import ssl

EXPECT = {'symptom': 'tls-failed'}
EXPECT_SERVER = {'symptom': 'tls-failed', 'certainty': 'inferred'}
SIDES = ('server',)


def build(lab):
    lab.name = lab.name_server_in_hosts()
    lab.cert = certificate(lab.server, lab.name)
    lab.service = tls_server(lab.server, lab.port, *lab.cert)
    lab.asks('tls', host=lab.name)
    lab.real_client = tls_client(lab, lab.name, options='-tls1_2')


def fault(lab):
    def prepare(context):
        context.minimum_version = ssl.TLSVersion.TLSv1_3
    lab.service.stop()
    tls_server(lab.server, lab.port, *lab.cert, prepare=prepare)

"""The server refuses a name that it does not know with a bare handshake_failure, which more ciphers and versions do not mend."""
from services import certificate, tls_client, tls_server
import ssl

EXPECT = {'symptom': 'tls-failed', 'or': ['tls-no-shared-cipher', 'tls-version-mismatch']}
EXPECT_SERVER = {'set': ['tls-no-shared-cipher', 'tls-version-mismatch']}


def build(lab):
    lab.name = lab.name_server_in_hosts()
    lab.cert = certificate(lab.server, lab.name)
    lab.service = tls_server(lab.server, lab.port, *lab.cert)
    lab.asks('tls', host=lab.name)
    lab.real_client = tls_client(lab, lab.name)


def fault(lab):
    def prepare(context):
        context.sni_callback = lambda *_: ssl.ALERT_DESCRIPTION_HANDSHAKE_FAILURE
    lab.service.stop()
    tls_server(lab.server, lab.port, *lab.cert, prepare=prepare)

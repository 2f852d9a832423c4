"""The server serves only who shows a certificate."""
from services import authority, certificate, tls_client, tls_server
import ssl

EXPECT = {'symptom': 'tls-failed'}
EXPECT_SERVER = {'symptom': 'tls-failed'}


def build(lab):
    lab.name = lab.name_server_in_hosts()
    lab.cert = certificate(lab.server, lab.name)
    lab.service = tls_server(lab.server, lab.port, *lab.cert)
    lab.asks(lab.rng.choice(['tls']), host=lab.name)
    lab.real_client = tls_client(lab, lab.name)


def fault(lab):
    old = lab.rng.random() < 0.5

    def prepare(context):
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(lab.server.path(authority(lab.server)))
        if old:
            context.maximum_version = ssl.TLSVersion.TLSv1_2
    if not old:  # what it says then is data to whoever has no key, and it closes, or resets if more of the client's lies unread
        lab.expect_server = {'skip': 'TLS 1.3 encrypts the question and the alert'}
    lab.service.stop()
    tls_server(lab.server, lab.port, *lab.cert, prepare=prepare)

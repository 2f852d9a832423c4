"""The server takes one cipher only, which this client has."""
from services import certificate, tls_client, tls_server
import ssl


def build(lab):
    def prepare(context):
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(lab.rng.choice(['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-CHACHA20-POLY1305']))
    lab.name = lab.name_server_in_hosts()
    lab.service = tls_server(lab.server, lab.port, *certificate(lab.server, lab.name), prepare=prepare)
    lab.asks('tls', host=lab.name)
    lab.real_client = tls_client(lab, lab.name)

"""The server speaks one version of TLS only, and so does this client."""
from services import certificate, tls_client, tls_server
import ssl


def build(lab):
    version, option = lab.rng.choice([(ssl.TLSVersion.TLSv1_2, '-tls1_2'), (ssl.TLSVersion.TLSv1_3, '-tls1_3')])

    def prepare(context):
        context.minimum_version = context.maximum_version = version
    lab.name = lab.name_server_in_hosts()
    lab.service = tls_server(lab.server, lab.port, *certificate(lab.server, lab.name), prepare=prepare)
    lab.asks('tls', host=lab.name)
    lab.real_client = tls_client(lab, lab.name, options=option)

"""The certificate signed itself, and this client does not mind."""
from services import certificate, tls_client, tls_server


def build(lab):
    lab.name = lab.name_server_in_hosts()
    lab.service = tls_server(lab.server, lab.port, *certificate(lab.server, lab.name, self_signed=True))
    lab.asks(lab.rng.choice(['tls', 'tcp']), host=lab.name)
    lab.real_client = tls_client(lab, lab.name, options='-tls1_2')

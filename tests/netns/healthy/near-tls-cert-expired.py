"""The certificate has expired, and this client does not mind."""
from services import certificate, tls_client, tls_server

DAY = 86400


def build(lab):
    lab.name = lab.name_server_in_hosts()
    lab.service = tls_server(lab.server, lab.port, *certificate(lab.server, lab.name, start=-400 * DAY, end=-lab.rng.randrange(1, 60) * DAY))
    lab.asks('tls', host=lab.name)
    lab.real_client = tls_client(lab, lab.name, options='-tls1_2')

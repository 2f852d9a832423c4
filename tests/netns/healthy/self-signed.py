"""A certificate that nobody signed, and nobody asked."""
from services import certificate, tls_server


def build(lab):
    lab.service = tls_server(lab.server, lab.port, *certificate(lab.server, 'somebody.example', self_signed=True))
    lab.asks('tcp')

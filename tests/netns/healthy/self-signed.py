"""A certificate that nobody signed, and nobody asked."""
from services import certificate, tls_server

SIDES = ('client',)  # it is asked in plain text first, which this service takes badly


def build(lab):
    lab.service = tls_server(lab.server, lab.port, *certificate(lab.server, 'somebody.example', self_signed=True))
    lab.asks('tcp')

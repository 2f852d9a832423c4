"""A UDP service that answers."""
from services import udp_server


def build(lab):
    lab.service = udp_server(lab.server, lab.port)
    lab.asks('udp', '--send', 'hello')

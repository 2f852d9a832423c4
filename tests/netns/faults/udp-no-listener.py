"""The UDP service was stopped."""
from services import udp_server

EXPECT = {'symptom': 'udp-refused-by-icmp'}


def build(lab):
    lab.service = udp_server(lab.server, lab.port)
    lab.asks('udp')


def fault(lab):
    lab.service.stop()

"""The UDP service listens on the loopback only."""
from services import udp_server

EXPECT = {'symptom': 'udp-refused-by-icmp', 'or': ['udp-no-listener']}


def build(lab):
    lab.service = udp_server(lab.server, lab.port)
    lab.asks('udp', '--send', 'hello')


def fault(lab):
    lab.service.stop()
    lab.service = udp_server(lab.server, lab.port, address='127.0.0.1' if lab.family == 4 else '::1')

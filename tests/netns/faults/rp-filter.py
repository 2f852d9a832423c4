"""Packets come by one wire and answers leave by another, and the server is strict about it."""
from services import some_service

FAMILY = 4
EXPECT = {'symptom': 'syn-unanswered'}


def build(lab):
    second = lab.draw_network()
    lab.connect(second, lab.router, lab.server)
    four, _, device = lab.on(lab.router, second)
    lab.server.ip(f'route add {lab.client_net.net4} via {four}')
    lab.service = some_service(lab)


def fault(lab):
    lab.server.sysctl(f'net.ipv4.conf.{lab.server.device}.rp_filter=1', 'net.ipv4.conf.all.rp_filter=1')

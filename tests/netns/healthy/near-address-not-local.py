"""The address that is asked for is on the loopback, as a load balancer's or a router's would be."""
from services import some_service

FAMILY = 4


def build(lab):
    lab.service = some_service(lab)
    other = str(lab.draw_network().net4[9])
    lab.server.ip(f'addr add {other}/32 dev lo')
    lab.router.ip(f'route add {other} via {lab.server.addr4}')
    lab.asks('tcp', host=other)

"""Packets come by one wire and answers leave by another; the server is loose about it (rp_filter 2)."""
from services import some_service

FAMILY = 4


def build(lab):
    second = lab.draw_network()
    lab.connect(second, lab.router, lab.server)
    four, _, _ = lab.on(lab.router, second)
    lab.server.ip(f'route add {lab.client_net.net4} via {four}')
    lab.server.sysctl(*[f'net.ipv4.conf.{d}.rp_filter=2' for d in ('all', *lab.server.devices)])
    lab.service = some_service(lab)

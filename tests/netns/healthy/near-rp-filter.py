"""The server is strict about where packets come from, and they come from there."""
from services import some_service

FAMILY = 4


def build(lab):
    second = lab.draw_network()
    lab.connect(second, lab.router, lab.server)
    lab.server.sysctl(*[f'net.ipv4.conf.{d}.rp_filter=1' for d in ('all', *lab.server.devices)])
    lab.service = some_service(lab)

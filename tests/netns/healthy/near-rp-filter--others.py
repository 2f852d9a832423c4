"""The server drops packets of somebody else by its reverse path filter all the time."""
from noise import spoof
from services import some_service

FAMILY = 4


def build(lab):
    second = lab.draw_network()
    lab.connect(second, lab.router, lab.server)
    lab.server.sysctl(*[f'net.ipv4.conf.{d}.rp_filter=1' for d in ('all', *lab.server.devices)])
    spoof(lab.router, str(second.net4[77]), lab.address, lab.port)
    lab.service = some_service(lab)

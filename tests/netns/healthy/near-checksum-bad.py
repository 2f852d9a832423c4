"""Somebody else's packets come with bad checksums, for the same port."""
from noise import spoof
from services import some_service

FAMILY = 4


def build(lab):
    lab.service = some_service(lab)
    spoof(lab.router, str(lab.server_net.net4[177]), lab.address, lab.port, spoilt=True)

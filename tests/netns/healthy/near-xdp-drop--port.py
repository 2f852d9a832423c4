"""A program at the server's device drops what comes for another port, and somebody tries it."""
from drops import xdp
from noise import knock
from services import some_service


def build(lab):
    lab.service = some_service(lab)
    xdp(lab.server, lab.port + 1)
    knock(lab.client, lab.address, lab.port + 1)

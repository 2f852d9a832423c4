"""The server hands another port on to where nothing listens, and this one to where its service is."""
from nat import dnat
from noise import knock
from services import some_service


def build(lab):
    lab.service = some_service(lab, port=lab.port + 1)
    dnat(lab.server, lab.address, lab.port, lab.address, lab.port + 1)
    dnat(lab.server, lab.address, lab.port + 5, lab.address, lab.port + 6)
    knock(lab.client, lab.address, lab.port + 5)

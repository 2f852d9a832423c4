"""The same client is refused on other ports all the time, and opens good connections to another service."""
from noise import knock
from services import banner_server, some_service


def build(lab):
    lab.service = some_service(lab)
    banner_server(lab.server, lab.port + 1)
    knock(lab.client, lab.address, lab.port + 1, lab.port + 2, lab.port + 3)

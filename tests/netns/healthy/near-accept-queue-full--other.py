"""Another service's queue overflows all the time."""
from noise import knock
from services import accept_nothing, hold_connections, some_service


def build(lab):
    lab.service = some_service(lab)
    accept_nothing(lab.server, lab.port + 1, backlog=4)
    hold_connections(lab.router, lab.address, lab.port + 1, 6)
    knock(lab.client, lab.address, lab.port + 1)

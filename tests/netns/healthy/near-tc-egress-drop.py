"""A filter of the server's device (egress) drops another port's packets, and there are some."""
from drops import tc
from noise import knock
from services import echo_server, some_service


def build(lab):
    lab.service = some_service(lab)
    echo_server(lab.server, lab.port + 1)
    tc(lab.server, 'egress', lab.port + 1)
    knock(lab.client, lab.address, lab.port + 1)

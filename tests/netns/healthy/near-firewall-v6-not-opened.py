"""The other family's filter is shut, and nobody asks by it."""
from firewall import Firewall
from services import some_service


def build(lab):
    lab.service = some_service(lab)
    Firewall(lab.server).baseline(22, lab.port, policy='drop')
    Firewall(lab.server, family=10 - lab.family).baseline(22, policy='drop')

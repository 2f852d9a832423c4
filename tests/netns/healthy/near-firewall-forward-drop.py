"""The server forwards nothing (as docker leaves it), and the service is its own."""
from firewall import Firewall
from services import some_service

VARIANTS = [{'engine': e} for e in ('iptables-legacy', 'iptables-nft', 'nft')]


def build(lab):
    lab.service = some_service(lab)
    Firewall(lab.server).policy('forward', 'drop')

"""The rule that rejects all stands where it should: last; others meet it all the time."""
from firewall import Firewall
from noise import knock
from services import some_service

VARIANTS = [{'engine': e} for e in ('iptables-legacy', 'iptables-nft', 'nft')]


def build(lab):
    lab.service = some_service(lab)
    Firewall(lab.server).baseline(22, lab.port, end='reject host-prohibited')
    knock(lab.client, lab.address, lab.port + 1, 445)

"""The client's own firewall drops by chance, and did not; and it drops what is for others."""
from firewall import Firewall
from own_rules import by_chance
from services import some_service

VARIANTS = [{'engine': e} for e in ('iptables-legacy', 'iptables-nft', 'nft')]


def build(lab):
    lab.service = some_service(lab)
    by_chance(lab, 'output', 'drop', rarely=True)
    by_chance(lab, 'input', 'drop', rarely=True)
    own = Firewall(lab.client)
    own.add('output', 'drop', proto='tcp', dport=lab.port + 1)
    own.add('input', 'drop', proto='tcp', dport=lab.port)

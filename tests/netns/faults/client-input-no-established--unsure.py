"""The client's own firewall drops answers by chance, in a chain of its own: no rule says beforehand whether it does."""
from own_rules import by_chance
from services import some_service

EXPECT = {'cause': 'client-input-no-established', 'symptom': ['syn-unanswered', 'handshake-incomplete']}
VARIANTS = [{'engine': e, 'family': f} for e in ('iptables-legacy', 'iptables-nft', 'nft') for f in (4, 6)]


def build(lab):
    lab.service = some_service(lab)


def fault(lab):
    lab.expect['root'] = {'certainty': 'proven', 'place': 'client', 'culprit': by_chance(lab, 'input', 'drop')}

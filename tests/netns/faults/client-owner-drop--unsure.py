"""The client's own firewall drops what users send, by chance: no rule says beforehand whether it does."""
from own_rules import by_chance
from services import some_service

EXPECT = {'cause': 'client-owner-drop', 'symptom': 'syn-not-sent'}
VARIANTS = [{'engine': e, 'family': f} for e in ('iptables-legacy', 'iptables-nft', 'nft') for f in (4, 6)]


def build(lab):
    lab.service = some_service(lab)
    lab.command = [lab.target, '--as', 'daemon']


def fault(lab):
    user = 'meta skuid 1-65534' if lab.engine == 'nft' else '-m owner --uid-owner 1-65534'
    lab.expect['root'] = {'certainty': 'proven', 'place': 'client', 'culprit': by_chance(lab, 'output', 'drop', user)}

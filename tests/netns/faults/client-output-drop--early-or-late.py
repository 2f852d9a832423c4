"""Rules of the client's own drop what it sends by chance, before the routing decision or behind all others."""
from own_rules import early_or_late
from services import some_service

EXPECT = {'symptom': 'syn-not-sent'}
VARIANTS = [{'engine': e, 'family': f} for e in ('iptables-legacy', 'iptables-nft', 'nft') for f in (4, 6)]


def build(lab):
    lab.service = some_service(lab)


def fault(lab):
    lab.expect['root'] = {'certainty': 'proven', 'place': 'client', 'culprit': early_or_late(lab, 'output')}

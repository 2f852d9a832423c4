"""Rules of the client's own drop the answers by chance, before the routing decision or at the device."""
from own_rules import early_or_late
from services import some_service

EXPECT = {'symptom': ['syn-unanswered', 'handshake-incomplete']}
VARIANTS = [{'engine': e, 'family': f} for e in ('iptables-legacy', 'iptables-nft', 'nft') for f in (4, 6)]


def build(lab):
    lab.service = some_service(lab)


def fault(lab):
    lab.expect['root'] = {'certainty': 'proven', 'place': 'client', 'culprit': early_or_late(lab, 'input')}

"""A rule of the client's own drops what it sends, and no program that would list it is installed."""
from own_rules import unread
from services import some_service

EXPECT = {'symptom': 'syn-not-sent'}
VARIANTS = [{'engine': e, 'family': f} for e in ('iptables-legacy', 'iptables-nft', 'nft') for f in (4, 6)]


def build(lab):
    lab.service = some_service(lab)


def fault(lab):
    lab.expect['root'] = {'certainty': 'proven', 'place': 'client', 'culprit': unread(lab, 'output')}

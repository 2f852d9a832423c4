"""The client's own firewall rejects what it sends by chance, in a chain of its own: no rule says beforehand whether it does."""
from own_rules import by_chance
from services import some_service

EXPECT = {'cause': 'client-output-reject', 'symptom': ['refused-by-icmp', 'refused-by-rst', 'local-refused', 'syn-not-sent']}
VARIANTS = [{'engine': e, 'family': f} for e in ('iptables-legacy', 'iptables-nft', 'nft') for f in (4, 6)]


def build(lab):
    lab.service = some_service(lab)


def fault(lab):
    verdict = lab.rng.choice(['reject', 'reject admin-prohibited', 'tcp-reset'])
    lab.expect['root'] = {'certainty': 'proven', 'place': 'client', 'culprit': by_chance(lab, 'output', verdict)}

"""The client's own firewall rejects what it sends to the server."""
from firewall import Firewall
from services import some_service

EXPECT = {'symptom': ['refused-by-icmp', 'refused-by-rst', 'local-refused', 'syn-not-sent'], 'root': {'certainty': 'proven', 'place': 'client', 'culprit': {'kind': 'firewall-rule'}}}
VARIANTS = [{'engine': e, 'family': f} for e in ('iptables-legacy', 'iptables-nft', 'nft') for f in (4, 6)]


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.client)


def fault(lab):
    how = lab.rng.choice(['reject', 'reject admin-prohibited', 'reject host-prohibited', 'tcp-reset'])
    lab.firewall.add('output', how, proto='tcp', dport=lab.port)

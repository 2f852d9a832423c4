"""The client's own firewall drops what it sends to the server."""
from firewall import Firewall

EXPECT = {'symptom': 'syn-not-sent', 'root': {'certainty': 'proven', 'place': 'client'}}
VARIANTS = [{'engine': e, 'family': f} for e in ('iptables-legacy', 'iptables-nft', 'nft') for f in (4, 6)]


def build(lab):
    from services import some_service
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.client)


def fault(lab):
    if lab.rng.random() < 0.5:
        lab.firewall.add('output', 'drop', proto='tcp', dport=lab.port)
        lab.expect['root'] = {'certainty': 'proven', 'place': 'client', 'culprit': {'kind': 'firewall-rule'}}
        return
    lab.firewall.add('output', 'accept', proto='icmp')
    lab.firewall.add('output', 'accept', proto='tcp', dport=22)
    lab.firewall.policy('output', 'drop')
    lab.expect['root'] = {'certainty': 'proven', 'place': 'client', 'culprit': {'kind': 'firewall-policy'}}

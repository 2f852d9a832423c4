"""The client's own firewall lets nothing in, not even answers."""
from firewall import Firewall
from services import some_service

EXPECT = {'symptom': ['syn-unanswered', 'handshake-incomplete'], 'root': {'certainty': 'proven', 'place': 'client'}}
VARIANTS = [{'engine': e, 'family': f} for e in ('iptables-legacy', 'iptables-nft', 'nft') for f in (4, 6)]


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.client)
    lab.firewall.baseline(22)


def fault(lab):
    lab.firewall.flush()
    lab.firewall.add('input', 'accept', iface='lo')
    lab.firewall.add('input', 'accept', proto='icmp')
    if lab.rng.random() < 0.5:
        lab.firewall.policy('input', 'drop')
    else:
        lab.firewall.add('input', 'drop')

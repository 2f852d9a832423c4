"""The client's own firewall drops what users send."""
from firewall import Firewall
from services import some_service

EXPECT = {'symptom': 'syn-not-sent', 'root': {'certainty': 'proven', 'place': 'client', 'culprit': {'kind': 'firewall-rule'}}}
VARIANTS = [{'engine': e, 'family': f} for e in ('iptables-legacy', 'iptables-nft', 'nft') for f in (4, 6)]


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.client)
    lab.command = [lab.target, '--as', 'daemon']


def fault(lab):
    user = 'meta skuid 1-65534' if lab.engine == 'nft' else '-m owner --uid-owner 1-65534'
    lab.firewall.add('output', 'drop', proto='tcp', more=user)

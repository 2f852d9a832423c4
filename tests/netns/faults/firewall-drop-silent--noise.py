"""A rule drops the client among much that other rules drop of others, for this port and for more."""
from firewall import Firewall
from noise import knock
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}
VARIANTS = [{'engine': e} for e in ('iptables-legacy', 'iptables-nft', 'nft')]


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = firewall = Firewall(lab.server)
    lab.near = lab.on(lab.router, lab.server_net)[0 if lab.family == 4 else 1]
    firewall.add('input', 'accept', state=['related', 'established'])
    firewall.add('input', 'drop', proto='tcp', dport=lab.port, source=lab.near)
    firewall.add('input', 'drop', proto='tcp', dport=lab.port + 1)
    knock(lab.router, lab.address, lab.port)
    knock(lab.client, lab.address, lab.port + 1, 445)


def fault(lab):
    lab.firewall.add('input', 'drop', proto='tcp', dport=lab.port, source=lab.client.address)

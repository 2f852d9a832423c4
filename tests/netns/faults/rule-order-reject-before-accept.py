"""The rule that accepts this port stands below the one that rejects all."""
from firewall import Firewall
from services import some_service

EXPECT = {'symptom': 'refused-by-icmp'}
VARIANTS = [{'engine': e} for e in ('iptables-legacy', 'iptables-nft', 'nft')]


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.server)
    lab.firewall.baseline(22, lab.port, end='reject host-prohibited')


def fault(lab):
    lab.firewall.delete('input', 'accept', proto='tcp', dport=lab.port)
    lab.firewall.add('input', 'accept', proto='tcp', dport=lab.port)

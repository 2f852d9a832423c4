"""A rule of the server answers for this port with a reset."""
from firewall import Firewall
from services import some_service

EXPECT = {'symptom': 'refused-by-rst'}
EXPECT_SERVER = {'probe': True, 'or': ['rule-order-reject-before-accept']}  # the ACCEPT stands below
VARIANTS = [{'engine': e} for e in ('iptables-legacy', 'iptables-nft', 'nft')]


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.server)
    lab.firewall.baseline(22, lab.port)


def fault(lab):
    lab.firewall.insert('input', 'tcp-reset', proto='tcp', dport=lab.port)

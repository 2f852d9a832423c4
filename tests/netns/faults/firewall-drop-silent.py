"""A rule of the server drops what comes for this port."""
from firewall import Firewall
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'probe': True, 'or': ['rule-order-reject-before-accept']}  # the ACCEPT stands below
VARIANTS = [{'engine': e, 'family': f} for e in ('iptables-legacy', 'iptables-nft', 'nft') for f in (4, 6)]


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.server)
    lab.firewall.baseline(22, lab.port)


def fault(lab):
    lab.firewall.insert('input', 'drop', proto='tcp', dport=lab.port, source=lab.client.address)

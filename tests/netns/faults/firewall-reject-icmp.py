"""A rule of the server rejects this port with an ICMP error."""
from firewall import REJECTS, Firewall
from services import some_service

EXPECT = {'symptom': 'refused-by-icmp'}
EXPECT_SERVER = {'probe': True, 'or': ['rule-order-reject-before-accept']}  # the ACCEPT stands below
VARIANTS = [{'engine': e} for e in ('iptables-legacy', 'iptables-nft', 'nft')]


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.server)
    lab.firewall.baseline(22, lab.port)


def fault(lab):
    lab.firewall.insert('input', 'reject ' + lab.rng.choice(sorted(REJECTS)), proto='tcp', dport=lab.port)

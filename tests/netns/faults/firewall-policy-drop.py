"""Nothing accepts this port any more, and the policy is to drop."""
from firewall import Firewall
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'probe': True, 'or': ['firewall-v6-not-opened']}  # over IPv6, where IPv4 is not filtered at all
VARIANTS = [{'engine': e} for e in ('iptables-legacy', 'iptables-nft', 'nft')]


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.server)
    lab.firewall.baseline(22, lab.port, policy='drop')


def fault(lab):
    lab.firewall.delete('input', 'accept', proto='tcp', dport=lab.port)

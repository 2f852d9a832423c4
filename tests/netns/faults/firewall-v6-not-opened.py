"""The server's IPv4 filter was opened for this port and its IPv6 filter was not; the name has both."""
from firewall import Firewall
from services import some_service

EXPECT = {'symptom': 'syn-unanswered', 'status': ['degraded']}
EXPECT_SERVER = {'family': 6}
VARIANTS = [{'engine': e} for e in ('iptables-legacy', 'iptables-nft', 'nft')]


def build(lab):
    lab.service = some_service(lab)
    lab.asks('tcp', host=lab.name_server_in_hosts())
    Firewall(lab.server, family=4).baseline(22, lab.port, policy='drop')
    lab.firewall = Firewall(lab.server, family=6)
    lab.firewall.baseline(22, lab.port, policy='drop')


def fault(lab):
    lab.firewall.delete('input', 'accept', proto='tcp', dport=lab.port)

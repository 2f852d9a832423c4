"""The founding story: the VPN manager's port is dropped, ping and ssh work."""
from firewall import Firewall
from services import softether, sshd

FAMILY = 4
EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'or': ['rule-order-reject-before-accept']}  # the ACCEPT stands below


def build(lab):
    lab.port = 5555
    sshd(lab.server, 22)
    lab.service = softether(lab.server)
    lab.firewall = Firewall(lab.server)
    lab.firewall.baseline(22, lab.port)
    lab.asks('softether')


def fault(lab):
    lab.firewall.insert('input', 'drop', proto='tcp', dport=5555)

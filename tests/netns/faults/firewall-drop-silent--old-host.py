"""The first founding story on a host of 2012: no BPF, no nf_tables, the rules are iptables-legacy's."""
import old_host
from firewall import Firewall
from services import softether, sshd

FAMILY = 4
SIDES = ('server',)
EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'certainty': 'proven', 'or': ['rule-order-reject-before-accept'],  # the ACCEPT stands below
                 'culprit': {'kind': 'firewall-rule', 'engine': 'iptables-legacy', 'chain': 'INPUT', 'rule': 1}}


def build(lab):
    lab.port = 5555
    lab.launcher = old_host.launcher()
    sshd(lab.server, 22)
    lab.service = softether(lab.server)
    lab.firewall = Firewall(lab.server, engine='iptables-legacy')
    lab.firewall.baseline(22, lab.port)
    lab.asks('softether')


def fault(lab):
    lab.firewall.insert('input', 'drop', proto='tcp', dport=5555)

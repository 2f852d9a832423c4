"""The first founding story on a host of 2012, by the policy: nothing accepts the VPN manager's port."""
import old_host
from firewall import Firewall
from services import softether, sshd

FAMILY = 4
SIDES = ('server',)
EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'certainty': 'proven', 'culprit': {'kind': 'firewall-policy', 'engine': 'iptables-legacy', 'chain': 'INPUT'}}


def build(lab):
    lab.port = 5555
    lab.launcher = old_host.launcher()
    sshd(lab.server, 22)
    lab.service = softether(lab.server)
    lab.firewall = Firewall(lab.server, engine='iptables-legacy')
    lab.firewall.baseline(22, lab.port, policy='drop')
    lab.asks('softether')


def fault(lab):
    lab.firewall.delete('input', 'accept', proto='tcp', dport=5555)

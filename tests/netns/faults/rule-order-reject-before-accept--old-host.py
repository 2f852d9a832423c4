"""The second founding story on a host of 2012: telnet's ACCEPT stands below the REJECT of all."""
import old_host
from firewall import Firewall
from services import telnetd_behind_tcpd

FAMILY = 4
SIDES = ('server',)
EXPECT = {'symptom': 'refused-by-icmp'}
EXPECT_SERVER = {'certainty': 'proven',
                 'culprit': {'kind': 'firewall-rule', 'engine': 'iptables-legacy', 'chain': 'INPUT', 'rule': 5}}


def build(lab):
    lab.port = 23
    lab.launcher = old_host.launcher()
    lab.server.write('/etc/hosts.allow', 'ALL: ALL\n')
    lab.service = telnetd_behind_tcpd(lab.server)
    lab.firewall = Firewall(lab.server, engine='iptables-legacy')
    lab.firewall.baseline(23, 22, end='reject host-prohibited')
    lab.asks('telnet')


def fault(lab):
    lab.firewall.delete('input', 'accept', proto='tcp', dport=23)
    lab.firewall.add('input', 'accept', proto='tcp', dport=23)

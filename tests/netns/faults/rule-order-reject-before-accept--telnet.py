"""The founding story: telnet's ACCEPT stands below the REJECT of all."""
from firewall import Firewall
from services import telnetd_behind_tcpd

FAMILY = 4
EXPECT = {'symptom': 'refused-by-icmp'}


def build(lab):
    lab.port = 23
    lab.server.write('/etc/hosts.allow', 'ALL: ALL\n')
    lab.service = telnetd_behind_tcpd(lab.server)
    lab.firewall = Firewall(lab.server)
    lab.firewall.baseline(23, 22, end='reject host-prohibited')
    lab.asks('telnet')


def fault(lab):
    lab.firewall.delete('input', 'accept', proto='tcp', dport=23)
    lab.firewall.add('input', 'accept', proto='tcp', dport=23)

"""The wrapper wants to know the user (ident), and the client's firewall drops the question."""
from services import telnetd_behind_tcpd

EXPECT = {'symptom': ['silent-after-connect', 'slow']}
EXPECT_SERVER = {'timeout': 12}
FAMILY = 4


def build(lab):
    lab.port = lab.rng.choice([23, lab.port])
    lab.server.write('/etc/hosts.allow', 'ALL: nobody@ALL, ALL\n')
    lab.service = telnetd_behind_tcpd(lab.server, lab.port)
    lab.asks('telnet')


def fault(lab):
    lab.client.iptables('-A INPUT -p tcp --dport 113 -j DROP')

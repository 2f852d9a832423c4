"""hosts.deny has the client; tcpd holds the connection for five seconds before it closes it."""
from services import telnetd_behind_tcpd

EXPECT = {'symptom': ['closed-after-connect', 'silent-after-connect']}
EXPECT_SERVER = {'timeout': 12, 'symptom': ['closed-after-connect', 'silent-after-connect', 'reset-after-connect']}


def build(lab):
    lab.port = lab.rng.choice([23, lab.port])
    lab.service = telnetd_behind_tcpd(lab.server, lab.port)
    lab.asks('telnet')


def fault(lab):
    lab.server.write('/etc/hosts.deny', lab.rng.choice(['ALL: ALL\n', 'telnetd: ALL\n', f'ALL: {lab.client_net.net4[0]}/255.255.255.0 '
                                                        f'[{lab.client_net.net6[0]}]/64\n']))

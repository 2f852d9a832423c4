"""hosts.deny has PARANOID, and the client's name leads to another address."""
from services import dnsmasq, resolves_by, telnetd_behind_tcpd

EXPECT = {'symptom': ['closed-after-connect', 'silent-after-connect']}
EXPECT_SERVER = {'timeout': 12, 'symptom': ['closed-after-connect', 'silent-after-connect', 'reset-after-connect']}
FAMILY = 4


def build(lab):
    lab.add_host('resolver', behind=lab.router)
    lab.dns = dnsmasq(lab.resolver, [f'pc.example {lab.client.addr4}'], options=['local=//'])
    resolves_by(lab.server, lab.resolver.addr4)
    lab.port = lab.rng.choice([23, lab.port])
    lab.server.write('/etc/hosts.deny', 'ALL: PARANOID\n')
    lab.service = telnetd_behind_tcpd(lab.server, lab.port)
    lab.asks('telnet')


def fault(lab):
    lab.dns.stop()
    back = '.'.join(reversed(lab.client.addr4.split('.')))
    lab.dns = dnsmasq(lab.resolver, [f'pc.example {lab.router.addr4}'],
                      options=['local=//', f'ptr-record={back}.in-addr.arpa,pc.example'])

"""A wildcard in the search domain catches the name, because ndots is high."""
from services import dnsmasq, some_service

EXPECT = {'symptom': ['syn-unanswered', 'refused-by-icmp', 'refused-by-rst']}


def build(lab):
    lab.service = some_service(lab)
    lab.add_host('resolver', behind=lab.router)
    lab.dns = dnsmasq(lab.resolver, [f'vpn.example.org {lab.server.addr4} {lab.server.addr6}'],
                      options=[f'address=/cluster.example/{lab.resolver.addr4}', f'address=/cluster.example/{lab.resolver.addr6}'])
    lab.client.write('/etc/resolv.conf', f'nameserver {lab.resolver.address}\nsearch cluster.example\n')
    lab.command = [f'vpn.example.org:{lab.port}', f'-{lab.family}']


def fault(lab):
    lab.client.write('/etc/resolv.conf', f'nameserver {lab.resolver.address}\nsearch cluster.example\noptions ndots:5\n')

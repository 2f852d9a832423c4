"""A line of /etc/hosts has an address where nobody is any more."""
from services import dnsmasq, resolves_by, some_service

EXPECT = {'symptom': ['syn-unanswered', 'refused-by-icmp'], 'certainty': 'proven', 'place': 'dns'}


def build(lab):
    lab.service = some_service(lab)
    lab.add_host('resolver', behind=lab.router)
    lab.dns = dnsmasq(lab.resolver, [f'vpn.example.org {lab.server.addr4} {lab.server.addr6}'])
    resolves_by(lab.client, lab.resolver.address)
    lab.command = [f'vpn.example.org:{lab.port}', f'-{lab.family}']


def fault(lab):
    net = lab.server_net.net4 if lab.family == 4 else lab.server_net.net6
    lab.client.write('/etc/hosts', f'127.0.0.1 localhost\n{net[231]} VPN.example.org\n')

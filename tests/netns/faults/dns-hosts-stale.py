"""A line of /etc/hosts has the server's old address."""
from services import dnsmasq, resolves_by, some_service

EXPECT = {'symptom': ['syn-unanswered', 'refused-by-icmp', 'refused-by-rst'], 'certainty': 'proven', 'place': 'dns'}


def build(lab):
    lab.service = some_service(lab)
    lab.add_host('resolver', behind=lab.router)
    lab.dns = dnsmasq(lab.resolver, [f'vpn.example.org {lab.server.addr4} {lab.server.addr6}'])
    resolves_by(lab.client, lab.resolver.address)
    lab.command = [f'vpn.example.org:{lab.port}', f'-{lab.family}']


def fault(lab):
    old = lab.rng.choice([lab.router.address, lab.resolver.address])
    line = f'{old} gate vpn.example.org'
    lab.client.write('/etc/hosts', f'127.0.0.1 localhost\n# the VPN\n{line}\n')
    lab.expect = {'culprit': {'kind': 'config-line', 'file': '/etc/hosts', 'line': 3}}

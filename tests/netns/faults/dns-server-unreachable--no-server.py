"""resolv.conf names no server any more."""
from services import dnsmasq, resolves_by, some_service

EXPECT = {'symptom': 'name-not-resolved', 'certainty': 'proven', 'place': 'dns',
          'culprit': {'kind': 'config-line', 'file': '/etc/resolv.conf'}}


def build(lab):
    lab.service = some_service(lab)
    lab.add_host('resolver', behind=lab.router)
    lab.dns = dnsmasq(lab.resolver, [f'vpn.example.org {lab.server.addr4} {lab.server.addr6}'])
    resolves_by(lab.client, lab.resolver.address)
    lab.command = [f'vpn.example.org:{lab.port}', f'-{lab.family}']


def fault(lab):
    if lab.rng.random() < 0.5:
        lab.client.write('/etc/resolv.conf', '# nameserver 192.0.2.1\nnameserver\noptions timeout:2\n')
    else:
        lab.client.run('rm /etc/resolv.conf')

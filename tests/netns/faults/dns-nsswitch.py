"""The hosts line of nsswitch.conf keeps DNS out."""
from services import dnsmasq, resolves_by, some_service

EXPECT = {'symptom': 'name-not-resolved', 'certainty': 'proven', 'place': 'dns'}


def build(lab):
    lab.service = some_service(lab)
    lab.add_host('resolver', behind=lab.router)
    lab.dns = dnsmasq(lab.resolver, [f'vpn.example.org {lab.server.addr4} {lab.server.addr6}'])
    resolves_by(lab.client, lab.resolver.address)
    lab.command = [f'vpn.example.org:{lab.port}', f'-{lab.family}']


def fault(lab):
    line = lab.rng.choice(['hosts: files', 'hosts:\tfiles [NOTFOUND=return] dns', 'hosts: files [!SUCCESS=return] dns # no'])
    lab.client.write('/etc/nsswitch.conf', f'passwd: files\n\n{line}\nservices: files\n')
    lab.expect = {'culprit': {'kind': 'config-line', 'file': '/etc/nsswitch.conf', 'line': 3}}

"""The first of two name servers is silent: names are found, but late."""
from firewall import Firewall
from services import dnsmasq, resolves_by, some_service

EXPECT = {'symptom': 'slow', 'status': ['degraded'], 'certainty': 'proven', 'place': 'dns'}


def build(lab):
    lab.service = some_service(lab)
    lab.add_host('resolver', behind=lab.router)
    lab.add_host('second', behind=lab.router)
    record = f'vpn.example.org {lab.server.addr4} {lab.server.addr6}'
    lab.dns = dnsmasq(lab.resolver, [record])
    dnsmasq(lab.second, [record])
    lab.firewall = Firewall(lab.resolver)
    resolves_by(lab.client, lab.resolver.address, lab.second.address, options=lab.rng.choice(['', 'timeout:1', 'timeout:2']))
    lab.command = [f'vpn.example.org:{lab.port}', f'-{lab.family}']


def fault(lab):
    lab.firewall.add('input', 'drop', proto='udp', dport=53)
    lab.expect = {'culprit': {'kind': 'config-line', 'file': '/etc/resolv.conf', 'line': 1}}

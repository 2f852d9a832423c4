"""One of two name servers has an old record."""
from services import dnsmasq, resolves_by, some_service

EXPECT = {'symptom': ['syn-unanswered', 'refused-by-icmp', 'refused-by-rst']}


def build(lab):
    lab.service = some_service(lab)
    lab.add_host('resolver', behind=lab.router)
    lab.add_host('second', behind=lab.router)
    record = f'vpn.example.org {lab.server.addr4} {lab.server.addr6}'
    lab.dns = dnsmasq(lab.resolver, [record])
    dnsmasq(lab.second, [record])
    resolves_by(lab.client, lab.resolver.address, lab.second.address)
    lab.command = [f'vpn.example.org:{lab.port}', f'-{lab.family}']


def fault(lab):
    lab.dns.stop()
    lab.dns = dnsmasq(lab.resolver, [f'vpn.example.org {lab.resolver.addr4} {lab.resolver.addr6}'])

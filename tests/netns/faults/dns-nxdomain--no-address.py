"""The name is there, but has only a mail record."""
from services import dnsmasq, resolves_by, some_service

EXPECT = {'symptom': 'name-not-resolved', 'place': 'dns'}
ZONE = ['local=/example.org/', 'mx-host=vpn.example.org,mail.example.org,10']


def build(lab):
    lab.service = some_service(lab)
    lab.add_host('resolver', behind=lab.router)
    lab.dns = dnsmasq(lab.resolver, [f'vpn.example.org {lab.server.addr4} {lab.server.addr6}'], options=ZONE)
    resolves_by(lab.client, lab.resolver.address)
    lab.command = [f'vpn.example.org:{lab.port}', f'-{lab.family}']


def fault(lab):
    lab.dns.stop()
    lab.dns = dnsmasq(lab.resolver, options=ZONE)

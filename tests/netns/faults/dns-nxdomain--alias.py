"""The name is an alias of one that was removed (of which this server says no more than that it has no address)."""
from services import dnsmasq, resolves_by, some_service

EXPECT = {'symptom': 'name-not-resolved', 'place': 'dns', 'culprit': {'kind': 'name-record'}}
ZONE = ['local=/example.org/', 'cname=www.example.org,old.example.org']


def build(lab):
    lab.service = some_service(lab)
    lab.add_host('resolver', behind=lab.router)
    lab.dns = dnsmasq(lab.resolver, [f'old.example.org {lab.server.addr4} {lab.server.addr6}'], options=ZONE)
    resolves_by(lab.client, lab.resolver.address)
    lab.command = [f'www.example.org:{lab.port}', f'-{lab.family}']


def fault(lab):
    lab.dns.stop()
    lab.dns = dnsmasq(lab.resolver, options=ZONE)

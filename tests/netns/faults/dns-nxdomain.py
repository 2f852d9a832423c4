"""The record is gone from the name server."""
from services import dnsmasq, resolves_by, some_service

EXPECT = {'symptom': 'name-not-resolved', 'certainty': 'proven', 'place': 'dns'}


def build(lab):
    lab.service = some_service(lab)
    lab.add_host('resolver', behind=lab.router)
    lab.name = lab.rng.choice(['vpn.example.org', 'files.corp.example', 'db'])
    lab.dns = dnsmasq(lab.resolver, [f'{lab.name} {lab.server.addr4} {lab.server.addr6}'],
                      options=['local=/example.org/', 'local=/corp.example/', 'domain-needed'])
    resolves_by(lab.client, lab.resolver.address)
    lab.command = [f'{lab.name}:{lab.port}', f'-{lab.family}']


def fault(lab):
    lab.dns.stop()
    lab.dns = dnsmasq(lab.resolver, options=['local=/example.org/', 'local=/corp.example/', 'domain-needed'])
    lab.expect = {'culprit': {'kind': 'name-record', 'name': lab.name, 'server': lab.resolver.address}}

"""The program asks for a name whose record is gone: it never gets as far as connect()."""
import run_side
from services import dnsmasq, resolves_by, some_service

SIDES = ('run',)
EXPECT = {'symptom': 'name-not-resolved', 'certainty': 'proven', 'place': 'dns'}


def build(lab):
    lab.service = some_service(lab)
    lab.add_host('resolver', behind=lab.router)
    lab.name = lab.rng.choice(['vpn.example.org', 'files.corp.example', 'db'])
    lab.dns = dnsmasq(lab.resolver, [f'{lab.name} {lab.server.addr4} {lab.server.addr6}'],
                      options=['local=/example.org/', 'local=/corp.example/', 'domain-needed'])
    resolves_by(lab.client, lab.resolver.address)
    lab.program = run_side.client(lab, host=lab.name)


def fault(lab):
    lab.dns.stop()
    lab.dns = dnsmasq(lab.resolver, options=['local=/example.org/', 'local=/corp.example/', 'domain-needed'])
    lab.expect = {'culprit': {'kind': 'name-record', 'name': lab.name, 'server': lab.resolver.address}}

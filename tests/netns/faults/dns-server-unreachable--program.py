"""The program's name server does not answer any more."""
import run_side
from services import dnsmasq, resolves_by, some_service

SIDES = ('run',)
EXPECT = {'symptom': 'name-not-resolved', 'place': 'dns'}


def build(lab):
    lab.service = some_service(lab)
    lab.add_host('resolver', behind=lab.router)
    lab.dns = dnsmasq(lab.resolver, [f'app.lab.example {lab.server.addr4} {lab.server.addr6}'])
    resolves_by(lab.client, lab.resolver.address, options='timeout:1 attempts:1')
    lab.program = run_side.client(lab, host='app.lab.example')


def fault(lab):
    lab.dns.stop()

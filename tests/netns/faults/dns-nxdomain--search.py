"""The search domain is gone from resolv.conf, so the short name is none."""
from services import dnsmasq, resolves_by, some_service

EXPECT = {'symptom': 'name-not-resolved', 'certainty': 'proven', 'place': 'dns'}


def build(lab):
    lab.service = some_service(lab)
    lab.add_host('resolver', behind=lab.router)
    lab.dns = dnsmasq(lab.resolver, [f'files.corp.example {lab.server.addr4} {lab.server.addr6}'],
                      options=['local=/corp.example/', 'domain-needed', 'local=/home/', 'local=/lan/'])
    lab.client.write('/etc/resolv.conf', f'search corp.example\nnameserver {lab.resolver.address}\n')
    lab.command = [f'files:{lab.port}', f'-{lab.family}']


def fault(lab):
    if lab.rng.random() < 0.5:
        resolves_by(lab.client, lab.resolver.address)
    else:
        lab.client.write('/etc/resolv.conf', f'search home\nnameserver {lab.resolver.address}\n')

"""The first name server answers; the second would not."""
from services import dnsmasq, resolves_by, silent_resolver, some_service


def build(lab):
    lab.service = some_service(lab)
    silent_resolver(lab)
    lab.add_host('names', behind=lab.router)
    dnsmasq(lab.names, [f'vpn.example.org {lab.server.addr4} {lab.server.addr6}'])
    resolves_by(lab.client, lab.names.address, lab.resolver.address)
    lab.command = [f'vpn.example.org:{lab.port}']

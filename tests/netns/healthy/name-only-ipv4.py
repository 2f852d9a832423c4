"""The name has an IPv4 address only; the client has both families."""
from services import dnsmasq, resolves_by, some_service

FAMILY = 4


def build(lab):
    lab.service = some_service(lab)
    lab.add_host('resolver', behind=lab.router)
    dnsmasq(lab.resolver, [f'vpn.example.org {lab.server.addr4}'], options=['local=/example.org/'])
    resolves_by(lab.client, lab.resolver.address)
    lab.command = [f'vpn.example.org:{lab.port}']

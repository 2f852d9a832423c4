"""A name server knows both addresses of the server."""
from services import dnsmasq, resolves_by, some_service


def build(lab):
    lab.add_host('resolver', behind=lab.router)
    dnsmasq(lab.resolver, [f'app.lab.example {lab.server.addr4} {lab.server.addr6}'])
    resolves_by(lab.client, lab.resolver.address)
    lab.service = some_service(lab)
    lab.asks('tcp', host='app.lab.example')

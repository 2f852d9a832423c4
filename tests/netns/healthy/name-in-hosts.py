"""/etc/hosts has what DNS has, and the name server is silent or not."""
from services import dnsmasq, resolves_by, silent_resolver, some_service


def build(lab):
    lab.service = some_service(lab)
    if lab.rng.random() < 0.5:
        silent_resolver(lab)
    else:
        lab.add_host('resolver', behind=lab.router)
        dnsmasq(lab.resolver, [f'vpn.example.org {lab.server.addr4} {lab.server.addr6}'])
    resolves_by(lab.client, lab.resolver.address)
    lab.client.write('/etc/hosts', f'127.0.0.1 localhost\n{lab.server.addr4} vpn vpn.example.org # 2019\n'
                     f'{lab.server.addr6} vpn.example.org\n')
    lab.command = [f'vpn.example.org:{lab.port}']

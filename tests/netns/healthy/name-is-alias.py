"""The name is an alias, and found through the search domain."""
from services import dnsmasq, some_service


def build(lab):
    lab.service = some_service(lab)
    lab.add_host('resolver', behind=lab.router)
    dnsmasq(lab.resolver, [f'host1.example.org {lab.server.addr4} {lab.server.addr6}'],
            options=['local=/example.org/', 'local=/lan/', 'domain-needed', 'cname=vpn.example.org,host1.example.org'])
    lab.client.write('/etc/resolv.conf', f'search lan example.org\nnameserver {lab.resolver.address}\n')
    lab.command = [f'{lab.rng.choice(["vpn", "vpn.example.org", "vpn.example.org."])}:{lab.port}']

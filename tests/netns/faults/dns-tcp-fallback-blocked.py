"""The answer does not fit into a datagram, and TCP port 53 is closed on the way."""
from firewall import Firewall
from services import dnsmasq, resolves_by, some_service

EXPECT = {'symptom': 'name-not-resolved', 'place': 'dns'}
VARIANTS = [{'family': 4}, {'family': 6}]


def build(lab):
    lab.service = some_service(lab)
    lab.add_host('resolver', behind=lab.router)
    net = lab.server_net
    many = [f'vpn.example.org {net.net4[n]} {net.net6[n]}' for n in range(100, 150)]
    lab.dns = dnsmasq(lab.resolver, [f'vpn.example.org {lab.server.addr4} {lab.server.addr6}', *many])
    resolves_by(lab.client, lab.resolver.address)
    lab.server.ip(*[f'addr add {a}/{p} dev {lab.server.device}{x}' for n in range(100, 150)
                    for a, p, x in ((net.net4[n], net.net4.prefixlen, ''), (net.net6[n], 64, ' nodad'))])
    lab.firewall = Firewall(lab.resolver)
    lab.command = [f'vpn.example.org:{lab.port}', f'-{lab.family}']


def fault(lab):
    lab.firewall.add('input', lab.rng.choice(['drop', 'tcp-reset']), proto='tcp', dport=53)

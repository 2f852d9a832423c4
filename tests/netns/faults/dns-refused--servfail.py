"""The name server fails: what it asks itself is dead."""
import socket

from services import dnsmasq, resolves_by, some_service

EXPECT = {'symptom': 'name-not-resolved', 'place': 'dns'}


def fails(address):
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        s.bind((address, 53))
        while True:
            query, peer = s.recvfrom(4096)
            s.sendto(query[:2] + b'\x81\x82' + query[4:], peer)


def build(lab):
    lab.service = some_service(lab)
    lab.add_host('resolver', behind=lab.router)
    lab.dns = dnsmasq(lab.resolver, [f'vpn.example.org {lab.server.addr4} {lab.server.addr6}'])
    resolves_by(lab.client, lab.resolver.address)
    lab.command = [f'vpn.example.org:{lab.port}', f'-{lab.family}']


def fault(lab):
    lab.dns.stop()
    lab.dns = lab.resolver.fork(fails, lab.resolver.address)
    lab.resolver.wait_listening(53, 'udp', lab.dns)

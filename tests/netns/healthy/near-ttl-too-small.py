"""The server's packets start with a small ttl, which suffices for the way to the client."""
from services import some_service

FAMILY = 4
LAYOUT = 'far'


def build(lab):
    lab.service = some_service(lab)
    lab.server.sysctl(f'net.ipv4.ip_default_ttl={lab.rng.choice([3, 5, 20])}')

"""The answers of a server whose ttl is small, but large enough, go round in a loop."""
from services import some_service

FAMILY = 4
LAYOUT = 'far'
EXPECT = {'symptom': 'syn-unanswered'}
SIDES = ('server',)
EXPECT_SERVER = {'skip': 'a router on the way is to blame', 'not': ['ttl-too-small']}


def build(lab):
    lab.service = some_service(lab)
    lab.server.sysctl(f'net.ipv4.ip_default_ttl={lab.rng.choice([3, 4, 21])}')


def fault(lab):
    lab.router.ip(f'route add {lab.client.addr4} via {lab.on(lab.router2, lab.between)[0]}')

"""A router on the way has no route to the server, and is asked itself."""
from services import some_service

LAYOUT = 'far'
EXPECT = {'symptom': 'refused-by-icmp', 'place': 'router'}
SERVER = 'router'
EXPECT_SERVER = {'here': True}


def build(lab):
    lab.service = some_service(lab)
    lab.asked_address = lab.address


def fault(lab):
    lab.router.ip(f'route del {lab.server_net.net4}')
    lab.router.ip(f'route del {lab.server_net.net6}')

"""The router has a route of type prohibit for the server, and is asked itself."""
from services import some_service

EXPECT = {'symptom': 'refused-by-icmp'}
SERVER = 'router'
EXPECT_SERVER = {'here': True}


def build(lab):
    lab.service = some_service(lab)
    lab.asked_address = lab.address


def fault(lab):
    lab.router.ip(f'route add prohibit {lab.address}')

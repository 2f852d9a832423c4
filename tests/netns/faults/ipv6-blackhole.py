"""The name has both families; a router on the way swallows IPv6."""
from services import some_service

LAYOUT = 'far'
EXPECT = {'symptom': 'syn-unanswered', 'status': ['degraded']}


def build(lab):
    lab.service = some_service(lab)
    lab.asks('tcp', host=lab.name_server_in_hosts())


def fault(lab):
    lab.router.ip(f'route replace blackhole {lab.server_net.net6}')

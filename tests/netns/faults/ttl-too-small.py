"""The server's packets start with a ttl (hop limit) that does not suffice for the way to the client."""
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}
SIDES = ('server',)
EXPECT_SERVER = {'here': True, 'symptom': 'synack-unanswered', 'place': 'server', 'culprit': {'kind': 'sysctl'}}
VARIANTS = [{'layout': 'routed', 'family': 4}, {'layout': 'far', 'family': 4}, {'layout': 'far', 'family': 6}]


def build(lab):
    lab.service = some_service(lab)


def fault(lab):
    lab.server.sysctl('net.ipv4.ip_default_ttl=1' if lab.family == 4 else
                      f'net.ipv6.conf.{lab.server.device}.hop_limit=1')

"""The server is strict about where packets come from, and knows no way to the client by the wire they come by."""
from services import some_service

FAMILY = 4
EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'probe': True, 'also': ['route-missing-reply']}


def build(lab):
    lab.service = some_service(lab)


def fault(lab):
    lab.server.sysctl(f'net.ipv4.conf.{lab.server.device}.rp_filter=1', 'net.ipv4.conf.all.rp_filter=1')
    lab.server.run('ip route del default')

"""The answers come back to the client by another wire than the one that questions take, and the client is strict about it."""
from services import some_service

FAMILY = 4
EXPECT = {'cause': 'rp-filter', 'symptom': ['syn-unanswered', 'handshake-incomplete'],
          'root': {'certainty': 'proven', 'place': 'client', 'culprit': {'kind': 'sysctl'}}}
SIDES = ('client',)  # the server sees an answer that left, and no more


def build(lab):
    second = lab.draw_network()
    lab.connect(second, lab.client, lab.router)
    four, _, device = lab.on(lab.client, second)
    lab.router.ip(f'route add {lab.client.addr4}/32 via {four}')
    lab.expect_device = device
    lab.service = some_service(lab)


def fault(lab):
    lab.client.sysctl(f'net.ipv4.conf.{lab.expect_device}.rp_filter=1')
    lab.expect['root'] = EXPECT['root'] | {'culprit': {'kind': 'sysctl', 'name': f'net.ipv4.conf.{lab.expect_device}.rp_filter'}}

"""The server lost the IPv6 address that is asked for; the router still sends it there."""
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}
FAMILY = 6


def build(lab):
    lab.service = some_service(lab)
    lab.other = str(lab.draw_network().net6[9])
    lab.server.ip(f'addr add {lab.other}/128 dev lo')
    lab.router.ip(f'route add {lab.other} via {lab.server.addr6}')
    lab.asks('tcp', host=lab.other)


def fault(lab):
    lab.server.ip(f'addr del {lab.other}/128 dev lo')

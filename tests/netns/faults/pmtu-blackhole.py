"""A wire between the routers takes smaller packets, and they do not say so."""
from services import http_server

LAYOUT = 'far'
EXPECT = {'symptom': ['only-large-segments-lost', 'silent-after-connect', 'data-unanswered']}
VARIANTS = [{'family': 4}, {'family': 6}]


def build(lab):
    lab.service = http_server(lab.server, lab.port, body='It works.\n' * 3000)
    lab.asks('http')


def fault(lab):
    for router, other in ((lab.router, lab.router2), (lab.router2, lab.router)):
        router.run('iptables-legacy -A OUTPUT -p icmp --icmp-type fragmentation-needed -j DROP')
        router.run('ip6tables-legacy -A OUTPUT -p icmpv6 --icmpv6-type packet-too-big -j DROP')
        router.ip(f'link set {router.device_to(other)} mtu {lab.rng.randrange(1280, 1400)}')

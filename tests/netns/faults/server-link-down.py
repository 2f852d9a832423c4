"""The server's device is down."""
from ifupdown import keep

EXPECT = {'symptom': 'refused-by-icmp'}
EXPECT_SERVER = {'symptom': ['none', 'syn-unanswered', 'arp-unanswered', 'not-enough-seen'], 'status': ['failing', 'unknown']}


def fault(lab):
    keep(lab, lab.server, lab.router, lab.server_net)
    lab.server.ip(f'link set {lab.server.device} down')
    lab.router.run('ip neigh flush all; ip -6 neigh flush all')

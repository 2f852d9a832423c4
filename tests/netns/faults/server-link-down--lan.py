"""The server's device, on the client's own network, is down."""
from ifupdown import keep

LAYOUT = 'lan'
EXPECT = {'symptom': 'arp-unanswered'}
EXPECT_SERVER = {'symptom': ['none', 'syn-unanswered', 'arp-unanswered', 'not-enough-seen'], 'status': ['failing', 'unknown']}


def fault(lab):
    keep(lab, lab.server, lab.router, lab.server_net)
    lab.server.ip(f'link set {lab.server.device} down')
    lab.client.run('ip neigh flush all; ip -6 neigh flush all')

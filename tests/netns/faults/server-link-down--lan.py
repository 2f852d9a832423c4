"""The server's device, on the client's own network, is down."""
LAYOUT = 'lan'
EXPECT = {'symptom': 'arp-unanswered'}
EXPECT_SERVER = {'symptom': ['none', 'syn-unanswered', 'arp-unanswered', 'not-enough-seen'], 'status': ['failing', 'unknown']}


def fault(lab):
    lab.server.ip(f'link set {lab.server.device} down')
    lab.client.run('ip neigh flush all; ip -6 neigh flush all')

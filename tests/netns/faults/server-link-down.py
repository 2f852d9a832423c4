"""The server's device is down."""
EXPECT = {'symptom': 'refused-by-icmp'}


def fault(lab):
    lab.server.ip(f'link set {lab.server.device} down')
    lab.router.run('ip neigh flush all; ip -6 neigh flush all')

"""A router on the way has no route to the server."""
LAYOUT = 'far'
EXPECT = {'symptom': 'refused-by-icmp', 'place': 'router'}
VARIANTS = [{'family': 4}, {'family': 6}]


def fault(lab):
    lab.router.ip(f'route del {lab.server_net.net4}')
    lab.router.ip(f'route del {lab.server_net.net6}')

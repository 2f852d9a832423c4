"""The server is gone; the router asks for it and nobody answers."""
EXPECT = {'symptom': 'refused-by-icmp'}
VARIANTS = [{'family': 4}, {'family': 6}]


def fault(lab):
    lab.server.run(f'ip addr flush dev {lab.server.device}')
    lab.router.run('ip neigh flush all; ip -6 neigh flush all')

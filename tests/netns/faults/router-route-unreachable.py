"""The router has a unreachable route for the server."""
EXPECT = {'symptom': 'refused-by-icmp'}
VARIANTS = [{'family': 4}, {'family': 6}]


def fault(lab):
    lab.router.ip(f'route add unreachable {lab.address}')

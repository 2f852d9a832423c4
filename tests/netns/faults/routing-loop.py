"""Two routers send what is for the server to one another."""
LAYOUT = 'far'
EXPECT = {'symptom': 'refused-by-icmp'}
VARIANTS = [{'family': 4}, {'family': 6}]


def fault(lab):
    four, six, _ = lab.on(lab.router, lab.between)
    lab.router2.ip(f'route add {lab.address} via {four if lab.family == 4 else six}')

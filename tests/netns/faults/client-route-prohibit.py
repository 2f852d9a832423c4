"""The client's own routing table has a route of type prohibit for the server."""
EXPECT = {'symptom': 'local-refused', 'certainty': 'proven', 'place': 'client', 'culprit': {'kind': 'route'}}
VARIANTS = [{'family': 4}, {'family': 6}]


def fault(lab):
    address = lab.server.address
    net = lab.server_net.net4 if lab.family == 4 else lab.server_net.net6
    to = lab.rng.choice([address, str(net)])
    table = lab.rng.choice(['', ' table 77'])
    lab.client.run(f'ip route add prohibit {to}{table}')
    if table:
        lab.client.run(f'ip -{lab.family} rule add to {to} lookup 77 pref 900')

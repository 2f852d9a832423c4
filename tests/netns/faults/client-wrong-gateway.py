"""The client's default route leads to an address that nobody has."""
EXPECT = {'symptom': 'arp-unanswered'}
VARIANTS = [{'family': 4}, {'family': 6}]


def fault(lab):
    net = lab.client_net.net4 if lab.family == 4 else lab.client_net.net6
    gateway = net[lab.rng.randrange(200, 250)]
    lab.client.run(f'ip -{lab.family} route replace default via {gateway} dev {lab.client.device}')
    if lab.family == 6:
        lab.client.run(f'ip -6 route flush default; ip -6 route add default via {gateway} dev {lab.client.device}')

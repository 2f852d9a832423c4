"""The server is gone; the router asks for it and nobody answers."""
EXPECT = {'symptom': 'refused-by-icmp'}
EXPECT_SERVER = {'skip': 'a host that is gone cannot be asked', 'or': ['address-not-local']}
VARIANTS = [{'family': 4}, {'family': 6}]


def fault(lab):
    lab.server.run(f'ip addr flush dev {lab.server.device}')
    lab.router.run('ip neigh flush all; ip -6 neigh flush all')

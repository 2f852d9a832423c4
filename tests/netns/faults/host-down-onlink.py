"""The server, on the client's own network, is gone."""
LAYOUT = 'lan'
EXPECT = {'symptom': 'arp-unanswered'}
EXPECT_SERVER = {'skip': 'a host that is gone cannot be asked', 'or': ['address-not-local']}
VARIANTS = [{'family': 4}, {'family': 6}]


def fault(lab):
    lab.server.run(f'ip addr flush dev {lab.server.device}')
    lab.client.run('ip neigh flush all; ip -6 neigh flush all')

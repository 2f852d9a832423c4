"""The switch lets the client and the server not talk to one another."""
LAYOUT = 'lan'
EXPECT = {'symptom': 'arp-unanswered'}
EXPECT_SERVER = {'skip': 'nothing arrives'}


def fault(lab):
    lab.switch.run('for p in port2 port3; do bridge link set dev $p isolated on; done')
    lab.client.run('ip neigh flush all; ip -6 neigh flush all')

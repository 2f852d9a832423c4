"""The switch blocks the server's port."""
LAYOUT = 'lan'
EXPECT = {'symptom': 'arp-unanswered'}


def fault(lab):
    lab.switch.run('bridge link set dev port3 state 4')
    lab.client.run('ip neigh flush all; ip -6 neigh flush all')

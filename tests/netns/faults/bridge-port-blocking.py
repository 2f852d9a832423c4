"""The server was plugged in again, and the switch (spanning tree) does not yet let its port through."""
LAYOUT = 'lan'
EXPECT = {'symptom': 'arp-unanswered'}
EXPECT_SERVER = {'skip': 'nothing arrives'}


def fault(lab):
    lab.switch.ip('link set br0 type bridge stp_state 1 forward_delay 2000', 'link set port3 nomaster', 'link set port3 master br0')
    lab.client.run('ip neigh flush all; ip -6 neigh flush all')

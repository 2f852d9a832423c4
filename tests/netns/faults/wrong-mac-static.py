"""The client has a wrong hardware address for the server, for good."""
LAYOUT = 'lan'
EXPECT = {'symptom': 'syn-unanswered'}


def fault(lab):
    lab.client.run(f'ip neigh replace {lab.address} lladdr 02:12:34:56:78:9a dev {lab.client.device} nud permanent')

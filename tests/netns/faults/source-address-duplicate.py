"""The server has the client's address itself."""
EXPECT = {'symptom': 'syn-unanswered'}
FAMILY = 4


def fault(lab):
    lab.server.ip(f'addr add {lab.client.addr4}/32 dev lo')

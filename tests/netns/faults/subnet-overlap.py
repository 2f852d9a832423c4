"""A network of containers on the server has the client's addresses."""
EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'symptom': ['synack-unanswered', 'syn-unanswered']}


def fault(lab):
    net = lab.client_net.net4 if lab.family == 4 else lab.client_net.net6
    lab.server.ip('link add docker0 type bridge', 'link set docker0 up',
                  f'addr add {net[200]}/{net.prefixlen} dev docker0' + (' nodad' if lab.family == 6 else ''))

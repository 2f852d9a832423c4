"""A second card of the server has the client's network, and the client is not there."""
EXPECT = {'symptom': 'syn-unanswered'}


def fault(lab):
    net = lab.client_net.net4 if lab.family == 4 else lab.client_net.net6
    lab.server.ip('link add spare0 type veth peer name spare1', 'link set spare0 up', 'link set spare1 up',
                  f'addr add {net[200]}/{net.prefixlen} dev spare0' + (' nodad' if lab.family == 6 else ''))

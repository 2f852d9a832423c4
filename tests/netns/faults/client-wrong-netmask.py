"""The client's prefix is so wide that it takes the server to be on its own link."""
EXPECT = {'symptom': 'arp-unanswered'}
VARIANTS = [{'family': 4}, {'family': 6}]


def fault(lab):
    # The shortest prefix that the two share: what somebody would get wrong.
    bits = 32 if lab.family == 4 else 128
    net = lab.client_net.net4 if lab.family == 4 else lab.client_net.net6
    host = net.network_address.__class__
    wide = bits - (int(host(lab.client.address)) ^ int(host(lab.server.address))).bit_length()
    lab.client.run(f'ip -{lab.family} addr del {lab.client.address}/{net.prefixlen} dev {lab.client.device}')
    lab.client.run(f'ip -{lab.family} addr add {lab.client.address}/{wide} dev {lab.client.device}')

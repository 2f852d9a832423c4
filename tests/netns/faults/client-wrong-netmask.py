"""The client's prefix is so wide that it takes the server to be on its own link."""
EXPECT = {'symptom': 'arp-unanswered'}
VARIANTS = [{'family': 4}, {'family': 6}]


def fault(lab):
    client, device = lab.client, lab.client.device
    narrow, wide, more = (24, 1, '') if lab.family == 4 else (64, 3, ' nodad')
    client.run(f'ip -{lab.family} addr del {client.address}/{narrow} dev {device}')
    client.run(f'ip -{lab.family} addr add {client.address}/{wide} dev {device}{more}')
    client.run(f'ip -{lab.family} route replace {lab.server.address} dev {device}')

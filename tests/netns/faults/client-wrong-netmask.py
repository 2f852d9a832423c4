"""The client's prefix is so wide that it takes the server to be on its own link."""
EXPECT = {'symptom': 'arp-unanswered'}
VARIANTS = [{'family': 4}, {'family': 6}]


def fault(lab):
    wide = '/1' if lab.family == 4 else '/3'
    lab.client.run(f'ip -{lab.family} addr add {lab.client.address}{wide} dev {lab.client.device}')
    lab.client.run(f'ip -{lab.family} route replace {lab.server.address} dev {lab.client.device}')

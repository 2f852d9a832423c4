"""The source address that is asked for was moved to another host."""
EXPECT = {'symptom': 'local-refused', 'certainty': 'proven', 'place': 'client', 'culprit': {'kind': 'socket'}}
VARIANTS = [{'family': 4}, {'family': 6}]


def build(lab):
    from services import some_service
    lab.service = some_service(lab)
    net = lab.client_net.net4 if lab.family == 4 else lab.client_net.net6
    lab.floating = str(net[lab.rng.randrange(100, 200)])
    lab.client.run(f'ip addr add {lab.floating}/{net.prefixlen} dev {lab.client.device}')
    lab.seen_from = lab.floating
    lab.command = [lab.target, '--source', lab.floating]


def fault(lab):
    net = lab.client_net.net4 if lab.family == 4 else lab.client_net.net6
    lab.client.run(f'ip addr del {lab.floating}/{net.prefixlen} dev {lab.client.device}')

"""The client's interface is switched off."""
EXPECT = {'symptom': 'local-refused', 'certainty': 'proven', 'place': 'client', 'culprit': {'kind': 'link'}}
VARIANTS = [{'family': 4}, {'family': 6}]


def fault(lab):
    lab.client.run(f'ip link set {lab.client.device} down')

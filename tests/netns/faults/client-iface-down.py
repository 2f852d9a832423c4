"""The client's interface is switched off."""
from ifupdown import keep

EXPECT = {'symptom': 'local-refused', 'certainty': 'proven', 'place': 'client', 'culprit': {'kind': 'link'}}
VARIANTS = [{'family': 4}, {'family': 6}]


def fault(lab):
    keep(lab, lab.client, lab.router, lab.client_net)
    lab.client.run(f'ip link set {lab.client.device} down')

"""The client has no default route."""
EXPECT = {'symptom': 'local-refused', 'certainty': 'proven', 'place': 'client', 'culprit': {'kind': 'route'}}
VARIANTS = [{'family': 4}, {'family': 6}]


def fault(lab):
    lab.client.run('ip route del default; ip -6 route del default')

"""The client's loopback interface is down, and it wants to reach itself."""
from services import some_service

EXPECT = {'symptom': ['local-refused', 'syn-unanswered', 'syn-not-sent'], 'certainty': 'proven', 'place': 'client',
          'culprit': {'kind': 'link'}}
SIDES = ('client',)
VARIANTS = [{'family': 4}, {'family': 6}]
EXPECT_FIX = {'plan': 'no plan', 'why': 'whoever is asked for its own address is asked as a server: to others nothing is wrong with it'}


def build(lab):
    lab.service = some_service(lab, lab.client)
    address = lab.client.address
    lab.command = [f'{address}:{lab.port}' if lab.family == 4 else f'[{address}]:{lab.port}']


def fault(lab):
    lab.client.run('ip link set lo down')

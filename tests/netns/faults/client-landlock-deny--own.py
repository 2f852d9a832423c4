"""The program restricts itself by Landlock to other ports."""
import client_landlock
import run_side

SIDES = ('run',)
EXPECT = {'symptom': 'local-refused', 'certainty': 'proven', 'place': 'client', 'culprit': {'kind': 'process'}}
VARIANTS = [{'family': 4}, {'family': 6}]


def build(lab):
    from services import some_service
    lab.service = some_service(lab)
    lab.program = [*client_landlock.only_ports(22, lab.port), *run_side.client(lab)]


def fault(lab):
    lab.program = [*client_landlock.only_ports(22, 53, 80, 443), *run_side.client(lab)]

"""The program has leaked descriptors until it may have no more."""
import run_side

SIDES = ('run',)
EXPECT = {'symptom': 'local-refused', 'certainty': 'proven', 'place': 'client', 'culprit': {'kind': 'process', 'limit': 40}}
VARIANTS = [{'family': 4}, {'family': 6}]


def build(lab):
    from services import some_service
    lab.service = some_service(lab)
    lab.program = run_side.client(lab, '--files', 40)


def fault(lab):
    lab.program = run_side.client(lab, '--files', 40, '--leak')

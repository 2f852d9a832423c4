"""What IPAddressDeny=any of a unit does, met by a program that is started as one."""
import client_bpf
import run_side

SIDES = ('run',)
NEEDS_ROOT = True
EXPECT = {'symptom': 'syn-not-sent', 'root': {'certainty': 'proven', 'place': 'client', 'culprit': {'kind': 'bpf-program'}}}
VARIANTS = [{'family': 4}, {'family': 6}]


def build(lab):
    from services import some_service
    lab.service = some_service(lab)
    lab.program = [*client_bpf.in_cgroup('egress-pass'), *run_side.client(lab)]


def fault(lab):
    lab.program = [*client_bpf.in_cgroup('egress'), *run_side.client(lab)]

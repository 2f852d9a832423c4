"""What starts the program (a service manager) puts it into a cgroup whose BPF program refuses connections."""
import client_bpf
import run_side

SIDES = ('run',)
NEEDS_ROOT = True
EXPECT = {'symptom': 'local-refused', 'root': {'certainty': 'proven', 'place': 'client', 'culprit': {'kind': 'bpf-program'}}}
VARIANTS = [{'family': 4}, {'family': 6}]


def build(lab):
    from services import some_service
    lab.service = some_service(lab)
    lab.program = [*client_bpf.in_cgroup('egress-pass'), *run_side.client(lab)]


def fault(lab):
    lab.program = [*client_bpf.in_cgroup('connect4' if lab.family == 4 else 'connect6'), *run_side.client(lab)]

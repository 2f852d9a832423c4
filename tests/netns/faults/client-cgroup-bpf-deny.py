"""A BPF program of the client's cgroup refuses connections."""
import client_bpf

EXPECT = {'symptom': 'local-refused', 'root': {'certainty': 'proven', 'place': 'client', 'culprit': {'kind': 'bpf-program'}}}
VARIANTS = [{'family': 4}, {'family': 6}]


def fault(lab):
    lab.wrap = client_bpf.in_cgroup('connect4' if lab.family == 4 else 'connect6')

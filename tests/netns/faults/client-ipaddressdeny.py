"""What IPAddressDeny=any of a systemd unit does: a BPF program of the cgroup drops what the client sends."""
import client_bpf

EXPECT = {'symptom': 'syn-not-sent', 'root': {'certainty': 'proven', 'place': 'client', 'culprit': {'kind': 'bpf-program'}}}
VARIANTS = [{'family': 4}, {'family': 6}]


def fault(lab):
    lab.wrap = client_bpf.in_cgroup('egress')

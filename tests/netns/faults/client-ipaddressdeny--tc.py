"""The cgroup's program lets all pass, and a filter of the client's device drops: the program must not be said to be proven."""
import client_bpf

EXPECT = {'symptom': 'syn-not-sent', 'root': {'certainty': 'suspected', 'place': 'client'}}
# Classic BPF: a TCP segment to this port is shot, others pass.
V4 = '8,40 0 0 12,21 0 5 2048,48 0 0 23,21 0 3 6,40 0 0 36,21 0 1 {port},6 0 0 2,6 0 0 4294967295'
V6 = '8,40 0 0 12,21 0 5 34525,48 0 0 20,21 0 3 6,40 0 0 56,21 0 1 {port},6 0 0 2,6 0 0 4294967295'


def fault(lab):
    device = lab.client.device
    code = (V4 if lab.family == 4 else V6).format(port=lab.port)
    lab.wrap = client_bpf.in_cgroup('egress-pass')
    lab.client.run(f'tc qdisc add dev {device} clsact')
    lab.client.run(f"tc filter add dev {device} egress bpf da bytecode '{code}'")

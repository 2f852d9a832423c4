"""A filter of the server's device drops its answers."""
EXPECT = {'symptom': 'syn-unanswered'}
# Classic BPF: a TCP segment from this port is shot, others pass.
V4 = '8,40 0 0 12,21 0 5 2048,48 0 0 23,21 0 3 6,40 0 0 34,21 0 1 {port},6 0 0 2,6 0 0 4294967295'
V6 = '8,40 0 0 12,21 0 5 34525,48 0 0 20,21 0 3 6,40 0 0 54,21 0 1 {port},6 0 0 2,6 0 0 4294967295'


def fault(lab):
    device = lab.server.device
    code = (V4 if lab.family == 4 else V6).format(port=lab.port)
    lab.server.run(f'tc qdisc add dev {device} clsact')
    lab.server.run(f"tc filter add dev {device} egress bpf da bytecode '{code}'")

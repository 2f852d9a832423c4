"""What IPAddressDeny=any does to the service's unit: a BPF program of its cgroup takes nothing in."""
from drops import in_cgroup
from services import banner_server

EXPECT = {'symptom': 'syn-unanswered'}
VARIANTS = [{'family': 4}, {'family': 6}]


def build(lab):
    lab.service = banner_server(lab.server, lab.port)


def fault(lab):
    lab.service.stop()
    lab.service = in_cgroup(lab, 'ingress')

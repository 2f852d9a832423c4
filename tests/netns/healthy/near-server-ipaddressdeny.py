"""A BPF program of the service's cgroup looks at what comes in, and lets it."""
from drops import in_cgroup


def build(lab):
    lab.service = in_cgroup(lab, 'ingress-pass')

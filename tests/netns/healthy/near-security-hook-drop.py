"""A BPF program at a hook of netfilter that lets all pass."""
import client_bpf
from services import some_service

FAMILY = 4
SIDES = ('server',)


def build(lab):
    lab.service = some_service(lab)
    guard = lab.server.fork(client_bpf.at_netfilter, 'netfilter-pass', 4, 1)
    lab.at_end.append(guard.stop)

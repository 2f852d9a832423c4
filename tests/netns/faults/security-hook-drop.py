"""A BPF program at a hook of netfilter takes nothing, beside rules that let all pass."""
import time

import client_bpf
from firewall import Firewall
from lab import Skip
from services import some_service

FAMILY = 4
SIDES = ('server',)
EXPECT = {'symptom': 'syn-unanswered', 'certainty': 'inferred'}


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.server)
    lab.firewall.baseline(22, lab.port)


def fault(lab):
    guard = lab.server.fork(client_bpf.at_netfilter, 'netfilter', 4, 1)
    lab.at_end.append(guard.stop)
    for _ in range(50):
        if 'attached' in guard.log():
            return
        time.sleep(0.05)
    raise Skip('no BPF program can stand at netfilter here')

"""A BPF program at PREROUTING takes nothing, and a rule behind it, in INPUT, would take it as well."""
import time

import client_bpf
from firewall import Firewall
from lab import Skip
from services import some_service

FAMILY = 4
SIDES = ('server',)
VARIANTS = [{'engine': 'nft'}]  # the others count, and so clear the rule
# What the kernel reports is at another hook than the rule; which of the two it was, nothing else says.
EXPECT = {'symptom': 'syn-unanswered', 'or': ['firewall-drop-silent'], 'certainty': 'suspected'}
EXPECT_SERVER = {'set': ['security-hook-drop', 'firewall-drop-silent']}
EXPECT_FIX = {'skip': 'which of the two it is, nobody can tell'}


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.server)
    lab.firewall.baseline(22, lab.port)


def fault(lab):
    lab.firewall.insert('input', 'drop', proto='tcp', dport=lab.port)
    guard = lab.server.fork(client_bpf.at_netfilter, 'netfilter', 4, 0)
    lab.at_end.append(guard.stop)
    for _ in range(50):
        if 'attached' in guard.log():
            return
        time.sleep(0.05)
    raise Skip('no BPF program can stand at netfilter here')

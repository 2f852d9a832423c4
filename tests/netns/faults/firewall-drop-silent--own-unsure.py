"""The server drops it; the client has rules, too, which drop by chance, and did not."""
from firewall import Firewall
from own_rules import by_chance
from services import some_service

EXPECT = {'symptom': 'syn-unanswered', 'root': {'not': ['client-input-no-established', 'client-output-drop', 'client-owner-drop']}}
VARIANTS = [{'engine': e, 'family': f} for e in ('iptables-legacy', 'iptables-nft', 'nft') for f in (4, 6)]


def build(lab):
    lab.service = some_service(lab)
    by_chance(lab, 'output', 'drop', rarely=True)
    by_chance(lab, 'input', 'drop', rarely=True)
    lab.firewall = Firewall(lab.server)


def fault(lab):
    lab.firewall.insert('input', 'drop', proto='tcp', dport=lab.port)

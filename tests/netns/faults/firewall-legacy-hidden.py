"""nft shows a ruleset that accepts; an old rule of iptables-legacy drops."""
from firewall import Firewall
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.server, engine='nft')
    lab.firewall.baseline(22, lab.port, policy='drop')


def fault(lab):
    Firewall(lab.server, engine='iptables-legacy').add('input', 'drop', proto='tcp', dport=lab.port)

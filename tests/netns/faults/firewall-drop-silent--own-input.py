"""The server drops it; the client's own rules would drop the answer, but none ever comes."""
from firewall import Firewall
from services import some_service

EXPECT = {'symptom': 'syn-unanswered', 'root': {'not': ['client-input-no-established', 'client-output-drop', 'client-owner-drop']}}
VARIANTS = [{'engine': e} for e in ('iptables-legacy', 'iptables-nft', 'nft')]


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.server)
    lab.own = Firewall(lab.client)


def fault(lab):
    lab.own.add('input', 'drop', proto='tcp', sport=lab.port)
    lab.firewall.insert('input', 'drop', proto='tcp', dport=lab.port)

"""The server drops the datagrams; the client has rules, too, which drop by chance, and did not."""
from firewall import Firewall
from own_rules import by_chance
from services import udp_server

EXPECT = {'symptom': 'udp-unanswered', 'root': {'not': ['client-input-no-established', 'client-output-drop', 'client-owner-drop']}}
VARIANTS = [{'engine': e} for e in ('iptables-legacy', 'iptables-nft', 'nft')]


def build(lab):
    lab.service = udp_server(lab.server, lab.port)
    lab.asks('udp', '--send', 'hello')
    by_chance(lab, 'output', 'drop', rarely=True, proto='udp')
    by_chance(lab, 'input', 'drop', rarely=True, proto='udp')
    lab.firewall = Firewall(lab.server)


def fault(lab):
    lab.firewall.add('input', 'drop', proto='udp', dport=lab.port)

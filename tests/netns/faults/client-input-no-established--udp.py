"""The client's own firewall drops the answers to its datagrams, by chance."""
from own_rules import by_chance
from services import udp_server

EXPECT = {'symptom': 'udp-unanswered'}
VARIANTS = [{'engine': e, 'family': f} for e in ('iptables-legacy', 'iptables-nft', 'nft') for f in (4, 6)]


def build(lab):
    lab.service = udp_server(lab.server, lab.port)
    lab.asks('udp', '--send', 'hello')


def fault(lab):
    lab.expect['root'] = {'certainty': 'proven', 'place': 'client', 'culprit': by_chance(lab, 'input', 'drop', proto='udp')}

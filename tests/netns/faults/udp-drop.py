"""A rule of the server drops what comes for this UDP port."""
from firewall import Firewall
from services import udp_server

EXPECT = {'symptom': 'udp-unanswered'}


def build(lab):
    lab.service = udp_server(lab.server, lab.port)
    lab.asks('udp', '--send', 'hello')
    lab.firewall = Firewall(lab.server)


def fault(lab):
    lab.firewall.add('input', 'drop', proto='udp', dport=lab.port)

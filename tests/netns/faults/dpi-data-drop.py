"""A box on the way lets connections be made and drops what they carry."""
from firewall import Firewall
from services import http_server

EXPECT = {'symptom': ['data-unanswered', 'silent-after-connect']}


def build(lab):
    lab.service = http_server(lab.server, lab.port)
    lab.asks('http')
    lab.firewall = Firewall(lab.router)


def fault(lab):
    psh = {'iptables-legacy': '--tcp-flags PSH PSH', 'iptables-nft': '--tcp-flags PSH PSH', 'nft': 'tcp flags & psh == psh'}
    lab.firewall.add('forward', 'drop', proto='tcp', dport=lab.port, more=psh[lab.firewall.engine])

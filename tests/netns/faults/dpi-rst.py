"""A box on the way resets a connection as soon as it carries something."""
from firewall import Firewall
from services import http_server

EXPECT = {'symptom': ['reset-after-connect', 'reset-mid-stream']}


def build(lab):
    lab.service = http_server(lab.server, lab.port)
    lab.asks('http')
    lab.firewall = Firewall(lab.router)


def fault(lab):
    psh = {'iptables-legacy': '--tcp-flags PSH PSH', 'iptables-nft': '--tcp-flags PSH PSH', 'nft': 'tcp flags & psh == psh'}
    lab.firewall.add('forward', 'tcp-reset', proto='tcp', dport=lab.port, more=psh[lab.firewall.engine])

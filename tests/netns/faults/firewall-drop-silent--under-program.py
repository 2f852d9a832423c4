"""A rule drops the client; before it a program at the device and a filter of traffic control let it pass."""
from drops import tc, xdp
from firewall import Firewall
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.server)
    xdp(lab.server, lab.port, verdict='pass')
    tc(lab.server, 'ingress', lab.port + 1)


def fault(lab):
    lab.firewall.add('input', 'drop', proto='tcp', dport=lab.port)

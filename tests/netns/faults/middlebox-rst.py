"""A router resets in the server's name."""
from firewall import Firewall
from services import some_service

EXPECT = {'symptom': 'refused-by-rst'}
VARIANTS = [{'layout': 'routed'}, {'layout': 'far'}]


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.router)


def fault(lab):
    lab.firewall.add('forward', 'tcp-reset', proto='tcp', dport=lab.port)

"""The router's filter drops what goes to this port."""
from firewall import Firewall
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}
VARIANTS = [{'layout': 'routed'}, {'layout': 'far'}]


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.rng.choice([lab.router, getattr(lab, 'router2', lab.router)]))


def fault(lab):
    lab.firewall.add('forward', 'drop', proto='tcp', dport=lab.port)

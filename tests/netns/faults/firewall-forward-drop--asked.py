"""The router's filter drops what goes to this port, and the router is asked itself."""
from firewall import Firewall
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}
SIDES = ('server',)
SERVER = 'router'
EXPECT_SERVER = {'here': True}
VARIANTS = [{'layout': 'routed'}, {'layout': 'far', 'engine': 'nft'}]


def build(lab):
    lab.service = some_service(lab)
    lab.asked_address = lab.address
    lab.firewall = Firewall(lab.router)


def fault(lab):
    lab.firewall.add('forward', 'drop', proto='tcp', dport=lab.port)

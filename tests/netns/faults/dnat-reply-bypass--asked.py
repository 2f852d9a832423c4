"""The router hands connections on to a host of the client's own network, which answers directly; the router is asked itself."""
from nat import dnat, masquerade, undo_masquerade
from services import some_service

LAYOUT = 'lan'
EXPECT = {'symptom': 'syn-unanswered'}
SIDES = ('server',)
SERVER = 'router'
EXPECT_SERVER = {'here': True}


def build(lab):
    lab.service = some_service(lab)
    lab.outer = lab.router.address
    dnat(lab.router, lab.outer, lab.port, lab.address, lab.port)
    masquerade(lab.router, lab.address, lab.port)
    lab.asked_address = lab.outer
    lab.asks('tcp', host=lab.outer)


def fault(lab):
    undo_masquerade(lab.router)

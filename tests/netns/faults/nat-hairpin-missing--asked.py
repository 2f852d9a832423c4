"""A host of the inside asks the router's outside address, which leads back inside; the router is asked itself."""
from nat import dnat, masquerade, undo_masquerade
from services import some_service

LAYOUT = 'lan'
EXPECT = {'symptom': 'syn-unanswered'}
SIDES = ('server',)
SERVER = 'router'
EXPECT_SERVER = {'here': True}


def build(lab):
    lab.add_host('outside', behind=lab.router)
    lab.outer = lab.on(lab.router, lab.outside_net)[0 if lab.family == 4 else 1]
    lab.service = some_service(lab)
    dnat(lab.router, lab.outer, lab.port, lab.address, lab.port)
    masquerade(lab.router, lab.address, lab.port)
    lab.asked_address = lab.outer
    lab.asks('tcp', host=lab.outer)


def fault(lab):
    undo_masquerade(lab.router)

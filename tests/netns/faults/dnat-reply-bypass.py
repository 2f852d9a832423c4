"""A host on the client's own network gets the connections by the router's address translation, and answers directly."""
from nat import dnat, masquerade, undo_masquerade
from services import some_service

LAYOUT = 'lan'
EXPECT = {'symptom': 'syn-unanswered'}


def build(lab):
    lab.service = some_service(lab)
    lab.outer = lab.router.address
    dnat(lab.router, lab.outer, lab.port, lab.address, lab.port)
    masquerade(lab.router, lab.address, lab.port)
    lab.seen_from = lab.router.address
    lab.asks('tcp', host=lab.outer)


def fault(lab):
    undo_masquerade(lab.router)
    lab.seen_from = lab.client.address

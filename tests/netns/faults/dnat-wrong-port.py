"""The router's address is asked, which hands the connection on, now to a port where nothing listens."""
from nat import dnat, undo_dnat
from services import some_service

EXPECT = {'symptom': 'refused-by-rst'}


def build(lab):
    lab.inner = lab.port + 1
    lab.service = some_service(lab, port=lab.inner)
    lab.outer = lab.on(lab.router, lab.client_net)[0 if lab.family == 4 else 1]
    dnat(lab.router, lab.outer, lab.port, lab.address, lab.inner)
    lab.asked_port = lab.inner
    lab.asks('tcp', host=lab.outer)


def fault(lab):
    undo_dnat(lab.router)
    dnat(lab.router, lab.outer, lab.port, lab.address, lab.inner + 1)

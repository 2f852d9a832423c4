"""The server hands the connection on to another port of its own, where nothing listens."""
from nat import dnat, undo_dnat
from services import some_service

EXPECT = {'symptom': 'refused-by-rst'}
EXPECT_SERVER = {'here': True}


def build(lab):
    lab.inner = lab.port + 1
    lab.service = some_service(lab, port=lab.inner)
    dnat(lab.server, lab.address, lab.port, lab.address, lab.inner)


def fault(lab):
    undo_dnat(lab.server)
    dnat(lab.server, lab.address, lab.port, lab.address, lab.inner + 1)

"""The server hands the connection on to its own loopback, where its kernel takes nothing from outside."""
from nat import dnat
from services import some_service

FAMILY = 4
EXPECT = {'symptom': 'syn-unanswered'}


def fault(lab):
    lab.service.stop()
    lab.service = some_service(lab, address='127.0.0.1')
    dnat(lab.server, lab.address, lab.port, '127.0.0.1', lab.port)

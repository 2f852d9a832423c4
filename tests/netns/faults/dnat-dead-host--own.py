"""The server hands the connection on to a container that has another address now."""
import ipaddress

from nat import dnat, undo_dnat
from services import some_service

EXPECT = {'symptom': ['refused-by-icmp', 'syn-unanswered']}
EXPECT_SERVER = {'here': True}


def build(lab):
    lab.add_host('container', behind=lab.server)
    lab.service = some_service(lab, lab.container)
    dnat(lab.server, lab.address, lab.port, lab.container.address, lab.port)


def fault(lab):
    undo_dnat(lab.server)
    dnat(lab.server, lab.address, lab.port, str(ipaddress.ip_address(lab.container.address) + 2), lab.port)

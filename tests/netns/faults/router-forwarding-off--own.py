"""The server hands the connection on to a container, and does not forward."""
from nat import dnat
from services import some_service

EXPECT = {'symptom': 'syn-unanswered', 'or': ['container-forward-drop']}  # to the client the address is the host's
EXPECT_SERVER = {'here': True, 'or': []}


def build(lab):
    lab.add_host('container', behind=lab.server)
    lab.service = some_service(lab, lab.container)
    dnat(lab.server, lab.address, lab.port, lab.container.address, lab.port)


def fault(lab):
    lab.server.sysctl('net.ipv4.ip_forward=0', 'net.ipv6.conf.all.forwarding=0')

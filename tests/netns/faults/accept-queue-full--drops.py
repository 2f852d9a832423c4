"""The service's queue is full, and rules drop what others send all the time, to this port too."""
from firewall import Firewall
from noise import knock
from services import accept_nothing, hold_connections

EXPECT = {'symptom': 'syn-unanswered'}


def build(lab):
    lab.add_host('other', behind=lab.router)
    lab.service = accept_nothing(lab.server, lab.port, backlog=8)
    firewall = Firewall(lab.server)
    firewall.add('input', 'drop', proto='tcp', dport=lab.port, source=lab.other.address)
    firewall.add('input', 'drop', proto='tcp', dport=lab.port + 1)
    knock(lab.other, lab.address, lab.port)
    knock(lab.client, lab.address, lab.port + 1)


def fault(lab):
    hold_connections(lab.router, lab.address, lab.port, 9)

"""A rule of the server rejects this port as a plain REJECT does: the program is told `connection refused'."""
from firewall import Firewall
from services import some_service

EXPECT = {'symptom': 'refused-by-icmp'}


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.server)


def fault(lab):
    lab.firewall.add('input', 'reject', proto='tcp', dport=lab.port)

"""Nothing accepts the port, and the policy is to drop; another service's queue overflows all the time."""
from firewall import Firewall
from noise import knock
from services import accept_nothing, hold_connections, some_service

EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'or': ['firewall-v6-not-opened']}


def build(lab):
    lab.service = some_service(lab)
    accept_nothing(lab.server, lab.port + 1, backlog=4)
    lab.firewall = Firewall(lab.server)
    lab.firewall.baseline(22, lab.port, lab.port + 1, policy='drop')
    hold_connections(lab.router, lab.address, lab.port + 1, 6)
    knock(lab.router, lab.address, lab.port + 1)


def fault(lab):
    lab.firewall.delete('input', 'accept', proto='tcp', dport=lab.port)

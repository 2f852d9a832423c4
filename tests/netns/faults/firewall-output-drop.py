"""The server's own answer is dropped on its way out."""
from firewall import Firewall
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'symptom': ['synack-unanswered', 'syn-unanswered']}


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.server)


def fault(lab):
    if lab.rng.random() < 0.5:
        lab.firewall.add('output', 'drop', proto='tcp', sport=lab.port)
        return
    lab.firewall.add('output', 'accept', proto='icmp')
    lab.firewall.add('output', 'accept', proto='tcp', dport=443)
    lab.firewall.policy('output', 'drop')

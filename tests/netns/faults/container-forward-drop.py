"""The server hands the connection on to a container, and its own filter does not forward it."""
from firewall import Firewall
from nat import dnat
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'set': ['policy-rule-drop']}


def build(lab):
    lab.add_host('container', behind=lab.server)
    lab.inner = lab.rng.choice([80, 8080, 3000, lab.port])
    lab.service = some_service(lab, lab.container, lab.inner)
    dnat(lab.server, lab.address, lab.port, lab.container.address, lab.inner)


def fault(lab):
    Firewall(lab.server).policy('forward', 'drop')

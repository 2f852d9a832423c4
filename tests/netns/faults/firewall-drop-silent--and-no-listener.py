"""A rule drops what comes for the port, and the service was stopped as well."""
from firewall import Firewall
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'or': ['rule-order-reject-before-accept'], 'also': ['no-listener']}


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.server)
    lab.firewall.baseline(22, lab.port)


def fault(lab):
    lab.firewall.insert('input', 'drop', proto='tcp', dport=lab.port)
    lab.service.stop()

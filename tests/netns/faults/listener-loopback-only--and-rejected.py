"""The service listens on the loopback, and the ACCEPT for its port stands below the REJECT of all."""
from firewall import Firewall
from services import some_service

EXPECT = {'cause': 'rule-order-reject-before-accept', 'symptom': 'refused-by-icmp'}
EXPECT_SERVER = {'also': ['listener-loopback-only']}


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.server)
    lab.firewall.baseline(22, lab.port, end='reject host-prohibited')


def fault(lab):
    lab.service.stop()
    lab.service = some_service(lab, address='127.0.0.1' if lab.family == 4 else '::1')
    lab.firewall.delete('input', 'accept', proto='tcp', dport=lab.port)
    lab.firewall.add('input', 'accept', proto='tcp', dport=lab.port)

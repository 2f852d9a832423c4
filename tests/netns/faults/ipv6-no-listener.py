"""The service listens by IPv4 only; the name has both."""
from services import some_service

EXPECT = {'symptom': 'refused-by-rst', 'status': ['degraded']}
EXPECT_SERVER = {'family': 6, 'or': ['listener-wrong-address']}


def build(lab):
    lab.service = some_service(lab)
    lab.asks('tcp', host=lab.name_server_in_hosts())


def fault(lab):
    lab.service.stop()
    lab.service = some_service(lab, address='0.0.0.0')

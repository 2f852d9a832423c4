"""The service listens on all addresses, but on another device only."""
from services import some_service

EXPECT = {'symptom': 'refused-by-rst'}


def fault(lab):
    lab.service.stop()
    lab.server.ip('link add mgmt0 type bridge', 'link set mgmt0 up')
    lab.service = some_service(lab, device='mgmt0')

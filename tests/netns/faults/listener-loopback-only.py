"""The service listens on the loopback only."""
from services import some_service

EXPECT = {'symptom': 'refused-by-rst'}


def fault(lab):
    lab.service.stop()
    lab.service = some_service(lab, address='127.0.0.1' if lab.family == 4 else '::1')

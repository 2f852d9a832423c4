"""The service listens on :: with IPV6_V6ONLY, and is asked by IPv4."""
from services import some_service

FAMILY = 4
EXPECT = {'symptom': 'refused-by-rst'}


def fault(lab):
    lab.service.stop()
    lab.service = some_service(lab, address='::', v6only=True)

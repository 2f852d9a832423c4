"""The service listens on another port."""
from services import some_service

EXPECT = {'symptom': 'refused-by-rst'}
EXPECT_SERVER = {'or': ['no-listener']}


def fault(lab):
    lab.service.stop()
    lab.service = some_service(lab, port=lab.port + lab.rng.choice([1, 10, 1000, 10000]))

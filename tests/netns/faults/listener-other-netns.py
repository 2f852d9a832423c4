"""The service runs in a container, and nobody hands connections on to it."""
from services import some_service

EXPECT = {'symptom': 'refused-by-rst'}
EXPECT_SERVER = {'set': ['no-listener'], 'or': ['no-listener'], 'certainty': 'suspected'}  # is it the one that is meant?


def build(lab):
    lab.add_host('container', behind=lab.server)
    lab.service = some_service(lab)


def fault(lab):
    lab.service.stop()
    lab.service = some_service(lab, lab.container)

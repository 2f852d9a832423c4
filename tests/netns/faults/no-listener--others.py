"""The service was stopped; others run on the host, on ports of their own and on ports beside."""
from services import banner_server, http_server, some_service

EXPECT = {'symptom': 'refused-by-rst'}
EXPECT_SERVER = {'set': ['listener-wrong-port']}  # the same program listens beside


def build(lab):
    banner_server(lab.server, 25)
    http_server(lab.server, lab.port + 1)
    http_server(lab.server, lab.rng.choice([8000, 8080]))
    lab.service = some_service(lab)


def fault(lab):
    lab.service.stop()

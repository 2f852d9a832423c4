"""The server hands the connection on to a container, whose service listens on its own loopback only."""
from nat import dnat
from services import some_service

EXPECT = {'symptom': 'refused-by-rst'}
EXPECT_SERVER = {'place': 'service'}


def build(lab):
    lab.add_host('container', behind=lab.server)
    lab.inner = lab.rng.choice([80, 8080, 3000, lab.port])
    lab.service = some_service(lab, lab.container, lab.inner)
    dnat(lab.server, lab.address, lab.port, lab.container.address, lab.inner)


def fault(lab):
    lab.service.stop()
    lab.service = some_service(lab, lab.container, lab.inner, address='127.0.0.1' if lab.family == 4 else '::1')

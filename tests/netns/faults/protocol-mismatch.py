"""TLS was switched off on the port, or on: the client goes on as before."""
from services import certificate, nginx

EXPECT = {'symptom': 'wrong-service', 'or': ['wrong-service-on-port']}
EXPECT_SERVER = {'or': ['wrong-service-on-port'], 'culprit': {}}


def build(lab):
    lab.name = lab.name_server_in_hosts()
    lab.cert = certificate(lab.server, lab.name)
    lab.had_tls = lab.rng.random() < 0.5
    lab.service = nginx(lab.server, lab.port, tls=lab.cert if lab.had_tls else None)
    lab.asks('tls' if lab.had_tls else 'http', host=lab.name)


def fault(lab):
    lab.service.stop()
    nginx(lab.server, lab.port, tls=None if lab.had_tls else lab.cert)

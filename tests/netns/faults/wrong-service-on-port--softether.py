"""Where the VPN server was, there is a web server now."""
from services import certificate, nginx, softether

EXPECT = {'symptom': 'wrong-service'}
EXPECT_SERVER = {'skip': 'who asks alone knows what it meant', 'or': ['protocol-mismatch']}
FAMILY = 4


def build(lab):
    lab.port = 5555
    lab.service = softether(lab.server)
    lab.asks('softether')


def fault(lab):
    lab.service.stop()
    nginx(lab.server, lab.port, tls=certificate(lab.server, 'www.example') if lab.rng.random() < 0.5 else None)

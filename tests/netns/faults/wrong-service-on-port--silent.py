"""The program that has the port now waits to be spoken to."""
from services import certificate, nginx, sshd

EXPECT = {'symptom': 'wrong-service'}
EXPECT_SERVER = {'skip': 'who asks alone knows what it meant', 'or': ['protocol-mismatch']}


def build(lab):
    lab.service = sshd(lab.server, lab.port)
    lab.asks('ssh')


def fault(lab):
    lab.service.stop()
    nginx(lab.server, lab.port, tls=certificate(lab.server, 'www.example') if lab.rng.random() < 0.5 else None)

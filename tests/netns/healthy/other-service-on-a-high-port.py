"""A port that is known for something else: high ports are anybody's. The server sees a client that may not be answered in the
words that it speaks, which is a fault to it."""
from services import banner_server, certificate, http_server, nginx, sshd

SIDES = ['client']


def build(lab):
    lab.port = lab.rng.choice([5555, 8080, 8443, 6379, 3389])
    lab.rng.choice([
        lambda: sshd(lab.server, lab.port), lambda: http_server(lab.server, lab.port),
        lambda: nginx(lab.server, lab.port, tls=certificate(lab.server, 'a.example')),
        lambda: banner_server(lab.server, lab.port)])()

"""A port that is known for something else, and what is there waits for words of its own. The server sees a client whose words are
not answered, which is a fault to it."""
from services import silent_server

SIDES = ['client']


def build(lab):
    lab.port = lab.rng.choice([5555, 8080, 8443, 6379, 3389])
    silent_server(lab.server, lab.port)

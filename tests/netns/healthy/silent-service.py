"""A service that waits for the client's first word, of a protocol that nobody told us."""
from services import silent_server

LAYOUT = 'lan'


def build(lab):
    lab.service = silent_server(lab.server, lab.port)

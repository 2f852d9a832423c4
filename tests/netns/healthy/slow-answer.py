"""The service thinks for a while before it answers."""
from services import http_server


def build(lab):
    lab.service = http_server(lab.server, lab.port, wait=0.7)
    lab.asks('http')

"""The server's loopback is down, which only the server itself would mind."""
from services import some_service


def build(lab):
    lab.service = some_service(lab)
    lab.server.ip('link set lo down')

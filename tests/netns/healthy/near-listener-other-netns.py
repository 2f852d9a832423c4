"""A container has a service on the same port; the server's own answers."""
from services import banner_server, some_service


def build(lab):
    lab.add_host('container', behind=lab.server)
    banner_server(lab.container, lab.port)
    lab.service = some_service(lab)

"""The port is served by both TCP and UDP."""
from services import some_service, udp_server


def build(lab):
    udp_server(lab.server, lab.port)
    lab.service = some_service(lab)

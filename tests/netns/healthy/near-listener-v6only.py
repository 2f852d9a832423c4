"""Two sockets, one for each family."""
from services import banner_server


def build(lab):
    lab.service = banner_server(lab.server, lab.port, address='0.0.0.0')
    banner_server(lab.server, lab.port, address='::', v6only=True)

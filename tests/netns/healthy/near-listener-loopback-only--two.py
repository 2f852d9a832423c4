"""Two sockets listen on the port: one on the loopback, the other on the address that is asked for."""
from services import banner_server


def build(lab):
    banner_server(lab.server, lab.port, address='127.0.0.1' if lab.family == 4 else '::1')
    lab.service = banner_server(lab.server, lab.port, address=lab.address)

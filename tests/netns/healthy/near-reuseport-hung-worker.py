"""Two workers share the port, and both work."""
import socket

from services import banner_server


def shares(listener):
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)


def build(lab):
    lab.service = banner_server(lab.server, lab.port, prepare=shares)
    banner_server(lab.server, lab.port, prepare=shares)

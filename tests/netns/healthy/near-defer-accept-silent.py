"""The service's socket waits for the client's first data, and so does the protocol."""
import socket

from services import http_server


def build(lab):
    def defer(listener):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 30)
    lab.service = http_server(lab.server, lab.port, prepare=defer)
    lab.asks('http')

"""The service takes only what has not come from far, and the client has not."""
import socket

from services import some_service


def build(lab):
    def near_only(listener):
        listener.setsockopt(socket.IPPROTO_IPV6, 73, 50)  # IPV6_MINHOPCOUNT
        listener.setsockopt(socket.IPPROTO_IP, 21, 50)  # IP_MINTTL
    lab.service = some_service(lab, prepare=near_only)

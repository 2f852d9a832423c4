"""The service's socket has a filter that takes everything."""
from drops import socket_filter
from services import some_service


def build(lab):
    lab.service = some_service(lab, prepare=socket_filter(0x40000))

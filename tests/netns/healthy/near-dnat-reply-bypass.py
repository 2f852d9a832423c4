"""The router hands connections on to a host of the client's own network, and takes their place, so that the answers come back by it."""
from nat import dnat, masquerade
from services import some_service

LAYOUT = 'lan'
SERVER = 'router'


def build(lab):
    lab.service = some_service(lab)
    lab.outer = lab.router.address
    dnat(lab.router, lab.outer, lab.port, lab.address, lab.port)
    masquerade(lab.router, lab.address, lab.port)
    lab.asked_address = lab.outer
    lab.asks('tcp', host=lab.outer)

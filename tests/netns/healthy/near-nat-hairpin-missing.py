"""The router hands connections on without a masquerade, to a host that is not on the client's network: answers come back by it."""
from nat import dnat
from services import some_service

SERVER = 'router'


def build(lab):
    lab.service = some_service(lab)
    lab.outer = lab.on(lab.router, lab.client_net)[0 if lab.family == 4 else 1]
    dnat(lab.router, lab.outer, lab.port, lab.address, lab.port)
    lab.asked_address = lab.outer
    lab.asks('tcp', host=lab.outer)

"""The router's address is asked, which hands the connection on; the server sees the router's address, too."""
from nat import dnat, masquerade
from services import some_service


def build(lab):
    inner = lab.port + 1
    lab.service = some_service(lab, port=inner)
    outer = lab.on(lab.router, lab.client_net)[0 if lab.family == 4 else 1]
    dnat(lab.router, outer, lab.port, lab.address, inner)
    masquerade(lab.router, lab.address, inner)
    lab.asks('tcp', host=outer)
    lab.asked_port, lab.seen_from = inner, lab.on(lab.router, lab.server_net)[0 if lab.family == 4 else 1]

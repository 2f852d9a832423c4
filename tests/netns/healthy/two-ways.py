"""Answers come back by another wire than the one that questions take; nobody minds."""
from services import some_service


def build(lab):
    second = lab.draw_network()
    lab.connect(second, lab.router, lab.server)
    four, six, _ = lab.on(lab.router, second)
    lab.server.ip(f'route add {lab.client_net.net4} via {four}', f'route add {lab.client_net.net6} via {six}')
    lab.service = some_service(lab)

"""The server has no default route, and one for the client's network; others it cannot answer."""
from noise import spoof
from services import some_service

FAMILY = 4


def build(lab):
    lab.service = some_service(lab)
    four, _, _ = lab.on(lab.router, lab.server_net)
    lab.server.run('ip route del default')
    lab.server.ip(f'route add {lab.client_net.net4} via {four}')
    spoof(lab.router, '198.18.3.4', lab.address, lab.port)

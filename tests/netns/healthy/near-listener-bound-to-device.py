"""The service's socket is bound to the device that packets come by."""
from services import banner_server


def build(lab):
    lab.server.ip('link add mgmt0 type bridge', 'link set mgmt0 up')
    lab.service = banner_server(lab.server, lab.port, device=lab.server.device)

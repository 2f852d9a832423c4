"""The service listens on the one address that is asked for; the server has others."""
import ipaddress

from services import banner_server


def build(lab):
    other = ipaddress.ip_address(lab.address) + 3
    lab.server.ip(f'addr add {other}/{24 if lab.family == 4 else 64} dev {lab.server.device}' + (' nodad' if lab.family == 6 else ''))
    lab.service = banner_server(lab.server, lab.port, address=lab.address)

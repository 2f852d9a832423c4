"""The answers come back to the client by another wire than the one that questions take, and its filter is loose."""
from services import some_service

FAMILY = 4


def build(lab):
    second = lab.draw_network()
    lab.connect(second, lab.client, lab.router)
    four, _, device = lab.on(lab.client, second)
    lab.router.ip(f'route add {lab.client.addr4}/32 via {four}')
    lab.client.sysctl(f'net.ipv4.conf.{device}.rp_filter=2')
    lab.service = some_service(lab)

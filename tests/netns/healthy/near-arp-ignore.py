"""arp_ignore is set, and the address is the device's own."""
from services import some_service

LAYOUT = 'lan'
FAMILY = 4


def build(lab):
    lab.service = some_service(lab)
    lab.server.sysctl('net.ipv4.conf.all.arp_ignore=1')
    lab.client.run('ip neigh flush all')

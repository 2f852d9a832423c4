"""The server drops ARP of somebody else."""
from services import some_service

LAYOUT = 'lan'
FAMILY = 4


def build(lab):
    lab.service = some_service(lab)
    lab.server.nft('table arp filter { chain input { type filter hook input priority 0; policy accept; '
                   f'arp saddr ip {lab.server_net.net4[211]} drop; }}; }}')

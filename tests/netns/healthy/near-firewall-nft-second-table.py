"""Two tables, each with a policy to drop, and both accept the port."""
from firewall import Firewall
from services import some_service


def build(lab):
    lab.service = some_service(lab)
    Firewall(lab.server, engine='nft').baseline(22, lab.port, policy='drop')
    lab.server.nft('table inet other { chain in { type filter hook input priority 10; policy drop; ct state established,related accept; '
                   f'meta l4proto {{ icmp, ipv6-icmp }} accept; tcp dport {{ 22, {lab.port} }} accept; }}; }}')

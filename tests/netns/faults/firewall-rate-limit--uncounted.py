"""A rule without a counter drops what comes too often, while the queue behind it overflows with the SYNs of others."""
import socket

from noise import knock
from services import accept_nothing, hold_connections

EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'or': ['firewall-drop-silent'], 'skip': 'a rate that no counter tells of: it can only suspect'}
HEALTHY = False
SIDES = ('server',)


def build(lab):
    lab.service = accept_nothing(lab.server, lab.port, backlog=4)
    lab.server.nft('add table inet lab')
    lab.server.nft('add chain inet lab input { type filter hook input priority 0; policy accept; }')
    field = f'{"ip" if lab.family == 4 else "ip6"} saddr {lab.client.addr4 if lab.family == 4 else lab.client.addr6}'
    lab.server.nft(f'add rule inet lab input {field} tcp dport {lab.port} limit rate over 1/hour burst 2 packets drop')


def fault(lab):
    hold_connections(lab.router, lab.address, lab.port, 6)
    knock(lab.router, lab.address, lab.port)
    with lab.client.network():
        for _ in range(3):
            with socket.socket(socket.AF_INET if lab.family == 4 else socket.AF_INET6) as s:
                s.settimeout(0.2)
                s.connect_ex((lab.address, lab.port))

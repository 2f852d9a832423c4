"""The port is another one's on this host, and there a rule, of which nobody can foretell what it does, drops the packets."""
import socket

from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'rule': 'limit rate'}
SIDES = ('server',)
HEALTHY = False


def build(lab):
    lab.inner = lab.port + 1
    lab.outer, lab.port = lab.port, lab.inner
    lab.service = some_service(lab)
    lab.port = lab.outer


def fault(lab):
    lab.server.nft('add table inet lab')
    lab.server.nft('add chain inet lab pre { type nat hook prerouting priority -100; }')
    lab.server.nft('add chain inet lab input { type filter hook input priority 0; policy accept; }')
    lab.server.nft(f'add rule inet lab pre tcp dport {lab.outer} redirect to :{lab.inner}')
    lab.server.nft(f'add rule inet lab input tcp dport {lab.inner} limit rate over 1/hour burst 1 packets drop')
    with lab.router.network(), socket.socket(socket.AF_INET if lab.family == 4 else socket.AF_INET6) as s:
        s.settimeout(0.5)
        s.connect_ex((lab.address, lab.inner))

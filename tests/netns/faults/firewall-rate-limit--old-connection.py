"""One rule cuts the connections that this client has, which go on sending; another one drops the new one."""
import socket
import time

from services import silent_server

EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'rule': 'limit rate'}
SIDES = ('server',)
HEALTHY = False


def insist(address, port):
    with socket.create_connection((address, port), 5) as s:
        while True:
            s.send(b'still here')
            time.sleep(0.1)


def build(lab):
    lab.service = silent_server(lab.server, lab.port)
    lab.client.fork(insist, lab.address, lab.port)
    time.sleep(0.5)


def fault(lab):
    lab.server.nft('add table inet lab')
    lab.server.nft('add chain inet lab input { type filter hook input priority 0; policy accept; }')
    lab.server.nft(f'add rule inet lab input tcp dport {lab.port} tcp flags & (syn|ack) == ack drop')
    lab.server.nft(f'add rule inet lab input tcp dport {lab.port} tcp flags syn limit rate over 1/hour burst 1 packets drop')
    with lab.router.network(), socket.socket(socket.AF_INET if lab.family == 4 else socket.AF_INET6) as s:
        s.settimeout(0.5)
        s.connect_ex((lab.address, lab.port))

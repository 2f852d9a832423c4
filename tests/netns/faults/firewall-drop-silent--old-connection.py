"""An old connection of the client goes on, and works; the new one, which comes later, is dropped."""
import socket
import sys
import time

from services import silent_server

EXPECT = {'symptom': 'syn-unanswered'}
SIDES = ('server',)
HEALTHY = False
LATER = '''
import socket, sys, time
time.sleep(2.5)
with socket.socket(int(sys.argv[1])) as s:
    s.settimeout(4)
    s.connect_ex((sys.argv[2], int(sys.argv[3])))
'''


def go_on(address, port):
    with socket.create_connection((address, port), 5) as s:
        while True:
            s.send(b'still here')
            time.sleep(0.1)


def build(lab):
    lab.service = silent_server(lab.server, lab.port)
    lab.client.fork(go_on, lab.address, lab.port)
    time.sleep(0.5)
    lab.real_client = [sys.executable, '-c', LATER, '2' if lab.family == 4 else '10', lab.address, str(lab.port)]


def fault(lab):
    lab.server.nft('add table inet lab')
    lab.server.nft('add chain inet lab input { type filter hook input priority 0; policy accept; }')
    lab.server.nft(f'add rule inet lab input tcp dport {lab.port} tcp flags & (syn|ack) == syn drop')

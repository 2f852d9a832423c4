"""A rule without a counter lets the handshake out, and drops what the service says: it is not the service that is silent."""
import sys

from services import http_server

EXPECT = {'symptom': ['silent-after-connect', 'data-unanswered']}
EXPECT_SERVER = {'timeout': 20}
SIDES = ('server',)
TALK = r'''
import socket, sys
with socket.socket(int(sys.argv[1])) as s:
    s.settimeout(9)
    s.connect((sys.argv[2], int(sys.argv[3])))
    s.sendall(b'GET / HTTP/1.0\r\n\r\n')
    s.recv(9)
'''


def build(lab):
    lab.service = http_server(lab.server, lab.port)
    lab.real_client = [sys.executable, '-c', TALK, '2' if lab.family == 4 else '10', lab.address, str(lab.port)]


def fault(lab):
    lab.server.nft('add table inet lab')
    lab.server.nft('add chain inet lab output { type filter hook output priority 0; policy accept; }')
    lab.server.nft(f'add rule inet lab output tcp sport {lab.port} tcp flags & psh == psh drop')

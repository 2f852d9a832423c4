"""A rule without a counter takes the SYN, and drops what the client sends after it."""
import sys

from services import echo_server

EXPECT = {'symptom': ['data-unanswered', 'silent-after-connect']}
EXPECT_SERVER = {'timeout': 20}
SIDES = ('server',)
TALK = '''
import socket, sys
with socket.socket(int(sys.argv[1])) as s:
    s.settimeout(9)
    s.connect((sys.argv[2], int(sys.argv[3])))
    s.sendall(b'hello')
    s.recv(9)
'''


def build(lab):
    lab.service = echo_server(lab.server, lab.port)
    lab.real_client = [sys.executable, '-c', TALK, '2' if lab.family == 4 else '10', lab.address, str(lab.port)]


def fault(lab):
    lab.server.nft('add table inet lab')
    lab.server.nft('add chain inet lab input { type filter hook input priority 0; policy accept; }')
    lab.server.nft(f'add rule inet lab input tcp dport {lab.port} tcp flags & (syn|ack) == ack drop')

"""A service says nothing; and a rule drops what ends its connections, which is no reason for that."""
import sys

from services import silent_server

EXPECT = {'symptom': 'silent-after-connect'}
EXPECT_SERVER = {'timeout': 20, 'skip': 'why it is silent is not always to be seen; the rule is not why'}
SIDES = ('server',)
EXPECT_FIX = {'plan': 'no plan', 'why': 'what is at fault cannot be told from there'}
TALK = '''
import socket, sys
with socket.socket(int(sys.argv[1])) as s:
    s.settimeout(2)
    s.connect((sys.argv[2], int(sys.argv[3])))
    s.sendall(b'hello')
    s.recv(9)
'''


def build(lab):
    lab.service = silent_server(lab.server, lab.port)
    lab.real_client = [sys.executable, '-c', TALK, '2' if lab.family == 4 else '10', lab.address, str(lab.port)]


def fault(lab):
    lab.server.nft('add table inet lab')
    lab.server.nft('add chain inet lab input { type filter hook input priority 0; policy accept; }')
    lab.server.nft(f'add rule inet lab input tcp dport {lab.port} tcp flags & (fin|rst) != 0 drop')

"""Those who only look whether the port is open: they reset at once what was opened, or never finish to open it."""
import sys

from services import banner_server

EXPECT = {'status': 'unknown'}
EXPECT_SERVER = {'status': 'unknown', 'timeout': 5, 'probe': False}
SIDES = ('server',)
LOOK = '''
import socket, struct, sys
for wait in (0, 0.1):
    s = socket.socket(int(sys.argv[1]))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    s.connect((sys.argv[2], int(sys.argv[3])))
    s.close()
'''


def build(lab):
    lab.service = banner_server(lab.server, lab.port)
    lab.is_anybody = True
    lab.real_client = [sys.executable, '-c', LOOK, '2' if lab.family == 4 else '10', lab.address, str(lab.port)]

"""The service closes a connection while what the client said lies unread."""
import sys
import time

from services import banner_server, tcp_server

SIDES = ('server',)
EXPECT = {'symptom': 'reset-mid-stream'}
# The kernel resets for the unread bytes, whether the program asked for that (SO_LINGER) or not; and it may have read a part of
# them, and disliked it.
EXPECT_SERVER = {'or': ['service-resets-at-once'], 'set': ['service-crashes', 'protocol-mismatch', 'wrong-service-on-port']}
CLIENT = '''
import socket, sys
served = socket.create_connection(sys.argv[1:])
served.sendall(b"hello\\r\\n")
served.recv(1)
'''


def build(lab):
    lab.service = banner_server(lab.server, lab.port)
    lab.real_client = [sys.executable, '-c', CLIENT, lab.address, str(lab.port)]


def fault(lab):
    lab.service.stop()
    lab.service = tcp_server(lab.server, lab.port, lambda connection: time.sleep(0.3))

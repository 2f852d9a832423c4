"""A connection works, and of another one the client wants no answer any more when it comes: its kernel resets it."""
import sys
import time

from services import tcp_server

SERVER = 'remote'
SIDES = ('server',)
EXPECT_SERVER = {'probe': False}
CLIENT = '''
import socket, sys
family, place = int(sys.argv[1]), (sys.argv[2], int(sys.argv[3]))
served = socket.create_connection(place)
given_up = socket.socket(family)
given_up.setblocking(False)
given_up.connect_ex(place)
given_up.close()
served.recv(64)
'''


def greets_late(connection):
    time.sleep(1.8)
    connection.sendall(b'220 here\r\n')
    connection.recv(64)


def build(lab):
    lab.add_host('remote', behind=lab.router, wire=lambda frame, outward: 0.1)
    lab.service = tcp_server(lab.remote, lab.port, greets_late)
    lab.asks('tcp', host=lab.remote.address)
    lab.real_client = [sys.executable, '-c', CLIENT, '2' if lab.family == 4 else '10', lab.remote.address, str(lab.port)]

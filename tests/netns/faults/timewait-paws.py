"""Another host behind the same address had the port before, with a clock far ahead; the server keeps its TIME-WAIT (tcp_rfc1337)."""
import socket
import struct
import time

from services import tcp_server

EXPECT = {'symptom': ['handshake-incomplete', 'syn-unanswered']}
EXPECT_SERVER = {'certainty': 'proven'}
TCP_REPAIR, TCP_TIMESTAMP, REPAIR_OFF = 19, 24, -1


def closes_first(connection):
    """Whoever says so is bidden farewell, and so it is the server that waits."""
    connection.sendall(b'220 ready\r\n')
    while (line := connection.recv(100)) and not line.startswith(b'QUIT'):
        pass


def build(lab):
    lab.server.sysctl('net.ipv4.tcp_rfc1337=1')
    lab.service = tcp_server(lab.server, lab.port, closes_first)
    lab.own = lab.rng.randrange(20000, 30000)
    address = f'[{lab.client.address}]' if lab.family == 6 else lab.client.address
    lab.source = f'{address}:{lab.own}'


def from_ahead(address, own, server, port, ahead):
    """A connection whose timestamps are ahead of the client's others."""
    with socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((address, own))
        s.connect((server, port))
        s.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
        now = struct.unpack('I', s.getsockopt(socket.IPPROTO_TCP, TCP_TIMESTAMP, 4))[0]
        s.setsockopt(socket.IPPROTO_TCP, TCP_TIMESTAMP, struct.pack('I', (now + ahead) & 0xffffffff))
        s.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, REPAIR_OFF)
        s.sendall(b'QUIT\r\n')
        while s.recv(100):
            pass


def fault(lab):
    lab.client.fork(from_ahead, lab.client.address, lab.own, lab.address, lab.port, lab.rng.randrange(1 << 24, 1 << 30))
    time.sleep(1)
    lab.command = [lab.target, '--source', lab.source]

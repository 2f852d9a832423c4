"""The service says all it has to say, waits for the client's end, and then resets instead of closing."""
import socket
import struct

from services import tcp_server


def each(connection):
    connection.sendall(b'220 ready\r\n')
    while connection.recv(65536):
        pass
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))


def build(lab):
    lab.service = tcp_server(lab.server, lab.port, each)

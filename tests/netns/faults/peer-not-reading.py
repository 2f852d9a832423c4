"""The program has filled its buffers and reads no more; what it was sent stays with the client."""
import socket
import time

from services import http_server, tcp_server

EXPECT = {'symptom': 'peer-window-zero'}


def build(lab):
    lab.service = http_server(lab.server, lab.port)
    lab.command = [lab.target, '--send', 'x' * 30000 + '\r\n\r\n']


def fault(lab):
    def prepare(listener):
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
    lab.service.stop()
    lab.service = tcp_server(lab.server, lab.port, lambda connection: time.sleep(1e6), prepare=prepare)

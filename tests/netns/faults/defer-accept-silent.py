"""The service's socket waits for the client's first data (TCP_DEFER_ACCEPT); the protocol waits for the server's."""
import socket

from services import one_process_server

EXPECT = {'symptom': 'silent-after-connect'}
EXPECT_SERVER = {'symptom': ['silent-after-connect', 'handshake-incomplete', 'slow']}
BANNER = b'220 mail.example ESMTP\r\n'


def defer(listener):
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 30)


def build(lab):
    lab.service = one_process_server(lab.server, lab.port, BANNER)
    lab.asks('smtp')


def fault(lab):
    lab.service.stop()
    lab.service = one_process_server(lab.server, lab.port, BANNER, prepare=defer)

"""The service's socket waits for the client's first data (TCP_DEFER_ACCEPT); the protocol waits for the server's."""
import socket

from services import banner_server, sshd

EXPECT = {'symptom': 'silent-after-connect'}
BANNER = b'SSH-2.0-OpenSSH_9.6\r\n'


def defer(listener):
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 30)


def build(lab):
    lab.service = sshd(lab.server, lab.port)
    lab.asks('ssh')


def fault(lab):
    lab.service.stop()
    lab.service = banner_server(lab.server, lab.port, BANNER, prepare=defer)

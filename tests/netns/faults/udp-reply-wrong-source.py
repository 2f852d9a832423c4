"""The UDP service answers from another address than the one that was asked."""
import contextlib
import socket

from services import udp_server

EXPECT = {'symptom': 'udp-unanswered'}


def build(lab):
    lab.service = udp_server(lab.server, lab.port)
    lab.asks('udp', '--send', 'hello')


def answers_from(address, port):
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as s, socket.socket(family, socket.SOCK_DGRAM) as other:
        s.bind(('::' if ':' in address else '0.0.0.0', port))
        other.bind((address, 0))
        while True:
            data, peer = s.recvfrom(65536)
            with contextlib.suppress(OSError):  # to the loopback
                other.sendto(data, peer)


def fault(lab):
    lab.service.stop()
    lab.service = lab.server.fork(answers_from, lab.address, lab.port)
    lab.server.wait_listening(lab.port, 'udp', lab.service)

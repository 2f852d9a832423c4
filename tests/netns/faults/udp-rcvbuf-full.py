"""The UDP service does not read any more, and its buffer is full."""
import socket
import time

from services import udp_server

EXPECT = {'symptom': 'udp-unanswered'}


def build(lab):
    lab.service = udp_server(lab.server, lab.port)
    lab.asks('udp', '--send', 'hello')


def reads_nothing(address, port):
    with socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
        s.bind((address, port))
        time.sleep(1e6)


def fault(lab):
    lab.service.stop()
    lab.service = lab.server.fork(reads_nothing, lab.address, lab.port)
    lab.server.wait_listening(lab.port, 'udp', lab.service)
    with lab.router.network(), socket.socket(socket.AF_INET6 if lab.family == 6 else socket.AF_INET, socket.SOCK_DGRAM) as s:
        for _ in range(40):
            s.sendto(b'x' * 500, (lab.address, lab.port))

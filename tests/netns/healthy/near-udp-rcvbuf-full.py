"""Another UDP service does not read, and its buffer overflows all the time."""
import socket
import time

from services import udp_server


def reads_nothing(address, port):
    with socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
        s.bind((address, port))
        time.sleep(1e6)


def floods(address, port):
    with socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_DGRAM) as s:
        while True:
            s.sendto(b'x' * 500, (address, port))
            time.sleep(0.05)


def build(lab):
    lab.service = udp_server(lab.server, lab.port)
    other = lab.server.fork(reads_nothing, lab.address, lab.port + 1)
    lab.server.wait_listening(lab.port + 1, 'udp', other)
    lab.client.fork(floods, lab.address, lab.port + 1)
    lab.asks('udp', '--send', 'hello')

"""The server keeps a TIME-WAIT of the client's last connection from this port; the next SYN is newer, and so takes its place."""
import time

from services import tcp_server


def until_told(connection):
    """Whoever says so is bidden farewell, and so it is the server that waits."""
    connection.sendall(b'220 ready\r\n')
    while (line := connection.recv(100)) and not line.startswith(b'QUIT'):
        pass


def before(address, own, server, port):
    import socket
    with socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((address, own))
        s.connect((server, port))
        s.sendall(b'QUIT\r\n')
        while s.recv(100):
            pass


def build(lab):
    lab.server.sysctl('net.ipv4.tcp_rfc1337=1')
    lab.service = tcp_server(lab.server, lab.port, until_told)
    own = lab.rng.randrange(20000, 30000)
    lab.client.fork(before, lab.client.address, own, lab.address, lab.port)
    time.sleep(1)
    address = f'[{lab.client.address}]' if lab.family == 6 else lab.client.address
    lab.command = [lab.target, '--source', f'{address}:{own}']

"""The server still has a connection of the same addresses and ports, and a filter on the way eats what would end it."""
import time

from firewall import Firewall
from services import silent_server

EXPECT = {'symptom': ['handshake-incomplete', 'syn-unanswered']}
RST = {'iptables-legacy': '--tcp-flags RST RST', 'iptables-nft': '--tcp-flags RST RST', 'nft': 'tcp flags & rst == rst'}


def build(lab):
    lab.service = silent_server(lab.server, lab.port)
    lab.own = lab.rng.randrange(20000, 30000)
    address = f'[{lab.client.address}]' if lab.family == 6 else lab.client.address
    lab.source = f'{address}:{lab.own}'


def vanish(address, own, server, port):
    """Connects and is gone without a word."""
    import socket
    import struct
    with socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((address, own))
        s.connect((server, port))
        time.sleep(0.2)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))


def fault(lab):
    Firewall(lab.router).add('forward', 'drop', proto='tcp', dport=lab.port, more=RST[lab.engine])
    lab.client.fork(vanish, lab.client.address, lab.own, lab.address, lab.port)
    time.sleep(0.6)
    lab.command = [lab.target, '--source', lab.source]

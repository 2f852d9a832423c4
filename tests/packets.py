"""Capture files and packets for the tests: read, decoded, built, written.

It is written apart from src/ on purpose and knows only what the tests need: classic pcap in every byte order and
resolution, pcapng with one interface; Ethernet with VLAN and MPLS, NULL, SLL, SLL2 and raw IP; IPv4 and IPv6; TCP, UDP and
ICMP with what it quotes. What it cannot read is None, and stays in the capture as it is.
"""
import dataclasses
import functools
import gzip
import ipaddress
import socket
import struct
import typing

ETHERNET, NULL, RAW, SLL, SLL2 = 1, 0, 101, 113, 276
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
ICMP, TCP, UDP, ICMP6 = 1, 6, 17, 58
NAMES = {ICMP: 'icmp', ICMP6: 'icmp6', TCP: 'tcp', UDP: 'udp'}
END = (1 << 32) - 1
MOD = 1 << 32


class Record(typing.NamedTuple):
    """One packet of a file: time in nanoseconds, bytes captured, bytes on the wire."""
    ns: int
    data: bytes
    length: int


@dataclasses.dataclass
class Capture:
    link: int
    records: list


class Packet(typing.NamedTuple):
    """A decoded packet. of_key: the flow it belongs to, for an ICMP error the one it quotes. src_end, dst_end: (address,
    port); an echo has its id as tag and port 0."""
    proto: int
    src: tuple
    dst: tuple
    tag: int = 0
    flags: int = 0
    seq: int = 0
    ack: int = 0
    window: int = 0
    payload: int = 0      # bytes above TCP or UDP, on the wire
    caplen: int = 0       # of these, captured
    start: int = 0        # where they stand in the frame
    ip_at: int = 0        # where the IP header stands in the frame
    ip_id: int = 0
    icmp: tuple = None    # (type, code) of an error, or of an echo
    whole: bool = True    # the transport header is there to its end

    @property
    def key(self):
        proto = NAMES.get(self.proto, '')
        return (proto, *sorted((self.src, self.dst)))

    @property
    def is_error(self):
        return self.icmp is not None and self.tag is None


def read_pcap(path):
    with open(path, 'rb') as f:
        data = f.read()
    order = {b'\xd4\xc3\xb2\xa1': '<', b'\x4d\x3c\xb2\xa1': '<', b'\xa1\xb2\xc3\xd4': '>',
             b'\xa1\xb2\x3c\x4d': '>'}.get(data[:4])
    if order is None:
        return None
    magic, _, _, _, _, _, link = struct.unpack_from(order + 'IHHiIII', data)
    unit = 1 if magic == 0xa1b23c4d else 1000
    record = struct.Struct(order + 'IIII')
    records, at = [], 24
    while at + 16 <= len(data):
        s, fraction, caplen, length = record.unpack_from(data, at)
        if at + 16 + caplen > len(data):
            break
        records.append(Record(s * 1000000000 + fraction * unit, data[at + 16:at + 16 + caplen], length))
        at += 16 + caplen
    return Capture(link & 0xffff, records)


def pcap_bytes(capture, order='<', nano=False):
    unit = 1 if nano else 1000
    pack = struct.Struct(order + 'IIII').pack
    parts = [struct.pack(order + 'IHHiIII', 0xa1b23c4d if nano else 0xa1b2c3d4, 2, 4, 0, 0, 262144, capture.link)]
    for r in capture.records:
        parts.append(pack(r.ns // 1000000000, r.ns % 1000000000 // unit, len(r.data), r.length))
        parts.append(r.data)
    return b''.join(parts)


def pcapng_bytes(capture, order='<', nano=False):
    def block(kind, body):
        body += bytes(-len(body) % 4)
        return struct.pack(order + 'II', kind, len(body) + 12) + body + struct.pack(order + 'I', len(body) + 12)

    resolution = struct.pack(order + 'HHB3xHH', 9, 1, 9, 0, 0) if nano else b''
    parts = [block(0x0a0d0d0a, struct.pack(order + 'IHHq', 0x1a2b3c4d, 1, 0, -1)),
             block(1, struct.pack(order + 'HHI', capture.link, 0, 262144) + resolution)]
    for r in capture.records:
        t = r.ns if nano else r.ns // 1000
        parts.append(block(6, struct.pack(order + 'IIIII', 0, t >> 32, t & END, len(r.data), r.length) + r.data))
    return b''.join(parts)


def write_pcap(path, capture, **how):
    with open(path, 'wb') as f:
        f.write(pcap_bytes(capture, **how))


def write_pcapng(path, capture, **how):
    with open(path, 'wb') as f:
        f.write(pcapng_bytes(capture, **how))


def write_gz(path, capture):
    with gzip.open(path, 'wb', compresslevel=1) as f:
        f.write(pcap_bytes(capture))


@functools.lru_cache(maxsize=65536)
def address_bytes(text):
    text = text.split('%')[0]
    try:
        return ipaddress.ip_address(text).packed
    except ValueError:  # a name in a text stands for itself
        return text.encode()


def address_text(raw):
    return socket.inet_ntop(socket.AF_INET if len(raw) == 4 else socket.AF_INET6, raw)


def ip_offset(link, data):
    """Where the IP header stands, or -1."""
    def behind(kind, at):
        while kind in (0x8100, 0x88a8, 0x9100) and at + 4 <= len(data):
            kind, at = struct.unpack_from('>H', data, at + 2)[0], at + 4
        if kind in (0x8847, 0x8848):
            while at + 4 <= len(data) and not data[at + 2] & 1:
                at += 4
            return at + 4
        return at if kind in (0x0800, 0x86dd) else -1

    if link == RAW:
        return 0
    if link == NULL:
        return 4
    if link == ETHERNET and len(data) >= 14:
        return behind(data[12] << 8 | data[13], 14)
    if link == SLL and len(data) >= 16:
        return behind(data[14] << 8 | data[15], 16)
    if link == SLL2 and len(data) >= 20:
        return behind(data[0] << 8 | data[1], 20)
    return -1


def decode(link, data, length):
    at = ip_offset(link, data)
    if at < 0 or at >= len(data):
        return None
    return decode_ip(data, at, length)


def decode_ip(data, at, length, quoted=False):
    version = data[at] >> 4
    try:
        if version == 4:
            head = (data[at] & 15) * 4
            total, ip_id, fragment, _, proto = struct.unpack_from('>HHHBB', data, at + 2)
            src, dst = data[at + 12:at + 16], data[at + 16:at + 20]
            rest = (total or length - at) - head
            if fragment & 0x1fff:
                return None
        elif version == 6:
            rest, proto = struct.unpack_from('>HB', data, at + 4)
            src, dst = data[at + 8:at + 24], data[at + 24:at + 40]
            head, ip_id = 40, 0
            rest = rest or length - at - 40
            while proto in (0, 43, 60):
                proto, more = data[at + head], (data[at + head + 1] + 1) * 8
                head, rest = head + more, rest - more
        else:
            return None
        if len(dst) not in (4, 16):
            return None
        return decode_transport(data, at, at + head, rest, (proto, src, dst, ip_id), quoted)
    except (struct.error, IndexError):
        return None


def decode_transport(data, ip_at, at, rest, ip, quoted):
    proto, src, dst, ip_id = ip
    if proto == TCP:
        sport, dport = struct.unpack_from('>HH', data, at)
        if quoted:
            return Packet(TCP, (src, sport), (dst, dport))
        _, _, seq, ack, head, flags, window = struct.unpack_from('>HHIIBBH', data, at)
        start = at + (head >> 4) * 4
        payload = max(rest - (head >> 4) * 4, 0)
        return Packet(TCP, (src, sport), (dst, dport), 0, flags, seq, ack, window, payload,
                      max(min(len(data) - start, payload), 0), start, ip_at, ip_id, None, len(data) >= start)
    if proto == UDP:
        sport, dport = struct.unpack_from('>HH', data, at)
        tag = 0
        if 53 in (sport, dport) and len(data) >= at + 10:
            tag = data[at + 8] << 8 | data[at + 9]
        return Packet(UDP, (src, sport), (dst, dport), tag, 0, 0, 0, 0, max(rest - 8, 0),
                      max(min(len(data) - at - 8, rest - 8), 0), at + 8, ip_at, ip_id)
    if proto in (ICMP, ICMP6):
        kind, code = data[at], data[at + 1]
        if kind in ((8, 0) if proto == ICMP else (128, 129)):
            return Packet(proto, (src, 0), (dst, 0), data[at + 4] << 8 | data[at + 5],
                          seq=data[at + 6] << 8 | data[at + 7], icmp=(kind, code), ip_at=ip_at, ip_id=ip_id)
        if kind in ((3, 11) if proto == ICMP else (1, 2, 3)) and not quoted:
            inner = decode_ip(data, at + 8, len(data), True)
            if inner:
                return inner._replace(icmp=(kind, code), tag=None, ip_at=ip_at)
    return None


# --- building ---------------------------------------------------------------------------------------------------------

def checksum(data):
    if len(data) % 2:
        data += b'\0'
    total = sum(struct.unpack(f'>{len(data) // 2}H', data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff


def ip_packet(src, dst, proto, body, *, ttl=64, ip_id=0, df=True, total=None, label=0, fragment=0):
    """An IPv4 or IPv6 packet; src and dst as text."""
    a, b = address_bytes(src), address_bytes(dst)
    if len(a) == 16:
        return struct.pack('>IHBB', 6 << 28 | label, len(body) if total is None else total, proto, ttl) + a + b + body
    head = struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(body) if total is None else total, ip_id,
                       (0x4000 if df else 0) | fragment, ttl, proto, 0) + a + b
    return head[:10] + struct.pack('>H', checksum(head)) + head[12:] + body


def pseudo(src, dst, proto, body):
    return address_bytes(src) + address_bytes(dst) + struct.pack('>II', len(body), proto) + body


def tcp_segment(src, dst, sport, dport, flags, seq=0, ack=0, *, window=64240, options=b'', payload=b'', bad_sum=False):
    head = 20 + len(options)
    seg = struct.pack('>HHIIBBHHH', sport, dport, seq & END, ack & END, head // 4 << 4, flags, window, 0, 0)
    seg += options + payload
    total = checksum(pseudo(src, dst, TCP, seg)) ^ (0x5555 if bad_sum else 0)
    return seg[:16] + struct.pack('>H', total) + seg[18:]


def udp_datagram(src, dst, sport, dport, payload=b''):
    body = struct.pack('>HHHH', sport, dport, 8 + len(payload), 0) + payload
    return body[:6] + struct.pack('>H', checksum(pseudo(src, dst, UDP, body)) or 0xffff) + body[8:]


def icmp_message(src, dst, kind, code, rest=b'\0\0\0\0', body=b''):
    message = struct.pack('>BBH', kind, code, 0) + rest + body
    v6 = len(address_bytes(src)) == 16
    total = checksum(pseudo(src, dst, ICMP6, message) if v6 else message)
    return message[:2] + struct.pack('>H', total) + message[4:]


def ethernet(packet, src='020000000001', dst='020000000002', tags=()):
    kind = b'\x86\xdd' if packet[0] >> 4 == 6 else b'\x08\x00'
    return bytes.fromhex(dst) + bytes.fromhex(src) + b''.join(b'\x81\0' + struct.pack('>H', t) for t in tags) + kind + packet


def arp(op, sender_mac, sender, target_mac, target):
    body = struct.pack('>HHBBH', 1, 0x0800, 6, 4, op) + bytes.fromhex(sender_mac) + address_bytes(sender) + \
        bytes.fromhex(target_mac) + address_bytes(target)
    dst = 'ffffffffffff' if op == 1 else target_mac
    return bytes.fromhex(dst) + bytes.fromhex(sender_mac) + b'\x08\x06' + body + bytes(18)

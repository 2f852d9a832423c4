#!/usr/bin/env python3
"""Writes the seeds of fuzz_capture.c into the folder beside it."""

import gzip
import lzma
import pathlib
import struct
import subprocess

FOLDER = pathlib.Path(__file__).with_suffix("")
SYN = bytes.fromhex(
    "020000000002020000000001" "0800"
    "4500002c000140004006b25e0a000001ac100102" "c54615b300000001000000006002fffffe300000"
    "020405b4")
START = 1700000000


def header(order="<", magic=0xa1b2c3d4, version=(2, 4), snaplen=262144, link=1):
    return struct.pack(order + "IHHIIII", magic, *version, 0, 0, snaplen, link)


def record(i, data=SYN, order="<", caplen=None, length=None, more=b"", part=None):
    caplen = len(data) if caplen is None else caplen
    length = len(data) if length is None else length
    part = i * 1000 if part is None else part
    return struct.pack(order + "IIII", START + i, part, caplen, length) + more + data


def records(count=4, **how):
    return b"".join(record(i, **how) for i in range(count))


def block(kind, body, order="<"):
    body += bytes(-len(body) % 4)
    total = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + total + body + total


def section(order="<", version=(1, 0), length=-1):
    return block(0x0a0d0d0a, struct.pack(order + "IHHq", 0x1a2b3c4d, *version, length), order)


def option(code, value, order="<"):
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def interface(link=1, snaplen=0, options=b"", order="<"):
    return block(1, struct.pack(order + "HHI", link, 0, snaplen) + options, order)


def enhanced(i, data=SYN, number=0, order="<", unit=1000000, caplen=None):
    when = (START + i) * unit
    caplen = len(data) if caplen is None else caplen
    return block(6, struct.pack(order + "IIIII", number, when >> 32, when & 0xffffffff,
                                caplen, len(data)) + data, order)


def old(i, data=SYN, order="<"):
    when = (START + i) * 1000000
    return block(2, struct.pack(order + "HHIIII", 0, 0, when >> 32, when & 0xffffffff,
                                len(data), len(data)) + data, order)


def simple(data=SYN, order="<"):
    return block(3, struct.pack(order + "I", len(data)) + data, order)


PLAIN = header() + records()
NG = section() + interface() + b"".join(enhanced(i) for i in range(4))
SEEDS = {
    "pcap": PLAIN,
    "pcap-big-endian": header(">") + records(order=">"),
    "pcap-nanoseconds": header(magic=0xa1b23c4d) + records(),
    "pcap-modified": header(magic=0xa1b2cd34) + records(more=bytes(8)),
    "pcap-2.2-lengths-exchanged": header(version=(2, 2)) + records(caplen=60, length=58),
    "pcap-2.3": header(version=(2, 3)) + records(),
    "pcap-version-unknown": header(version=(2, 9)) + records(),
    "pcap-snaplen-too-small": header(snaplen=20) + records(),
    "pcap-header-cut": PLAIN[:13],
    "pcap-record-header-cut": PLAIN[:-60],
    "pcap-record-cut": PLAIN[:-3],
    "pcap-length-absurd": header() + records(2) + record(2, caplen=0x7fffffff) + records(5),
    "pcap-length-takes-in-records": header() + record(0, caplen=len(SYN) + 90) + records(5),
    "pcap-garbage-between": header() + records(3) + b"\xff\x01garbage\xff" * 9 + records(4),
    "pcap-zeros-between": header() + records(3) + bytes(99) + records(4),
    "pcap-time-invalid": header() + record(0, part=0xffffffff) + records(1),
    "pcap-two-files": PLAIN + header(">") + records(order=">"),
    "pcapng": NG,
    "pcapng-big-endian": section(">") + interface(order=">") + enhanced(0, order=">"),
    "pcapng-sections": NG + section(">") + interface(101, order=">") +
                       enhanced(1, SYN[14:], order=">"),
    "pcapng-interfaces": section() + interface() + interface(101, options=option(9, b"\x09")) +
                         enhanced(0) + enhanced(1, SYN[14:], 1, unit=10 ** 9),
    "pcapng-times": section() + interface(options=option(9, b"\xb0") + option(14, bytes(8))) +
                    interface(options=option(9, b"\x0c") + option(0, b"")) +
                    enhanced(0, unit=1 << 20) + enhanced(0, number=1),
    "pcapng-options-malformed": section() + interface(options=option(9, b"12") +
                                                      struct.pack("<HH", 1, 999)) + enhanced(0),
    "pcapng-simple": section() + interface(snaplen=20) + simple() + simple(),
    "pcapng-old": section() + interface() + old(0) + old(1),
    "pcapng-other-blocks": NG + block(5, bytes(12)) + block(4, bytes(4)) + block(0xbad, bytes(8)) +
                           enhanced(4),
    "pcapng-no-interface": section() + enhanced(0),
    "pcapng-wrong-interface": section() + interface() + enhanced(0, number=7) + enhanced(1),
    "pcapng-trailer-wrong": NG[:-4] + b"\1\0\0\0" + enhanced(4) + enhanced(5),
    "pcapng-length-odd": NG + struct.pack("<II", 6, 77) + bytes(69) + enhanced(4) + enhanced(5),
    "pcapng-packet-too-long": section() + interface() + enhanced(0, caplen=999) + enhanced(1),
    "pcapng-cut": NG[:-9],
    "gzip": gzip.compress(PLAIN, mtime=0),
    "gzip-two": gzip.compress(PLAIN[:100], mtime=0) + gzip.compress(PLAIN[100:], mtime=0),
    "gzip-cut": gzip.compress(PLAIN, mtime=0)[:-20],
    "gzip-then-garbage": gzip.compress(PLAIN, mtime=0) + bytes(5) + b"garbage",
    "xz": lzma.compress(PLAIN),
    "zstd": subprocess.run(["zstd", "-c"], input=NG, capture_output=True, check=True).stdout,
    "text": b"20:22:38.618231 IP 10.1.0.7.34640 > 172.16.1.2.5555: Flags [S]\n",
    "snoop": b"snoop\0\0\0" + bytes(8),
    "empty": b"",
}

for name, data in SEEDS.items():
    (FOLDER / name).write_bytes(data)

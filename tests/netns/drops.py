"""What drops below the packet filter, on one host: programs at a device (XDP), filters of traffic control, of sockets, of cgroups.

    xdp(lab.server, port)                    # drops TCP to a port; verdict='pass': looks at it and lets it pass
    tc(lab.server, 'ingress', port)          # or 'egress': TCP from a port
    lab.service = in_cgroup(lab, 'ingress')  # a greeting service in a cgroup whose program takes nothing ('ingress-pass': all)
"""
import ctypes
import socket
import struct
import sys

import client_bpf
from lab import Skip

PROGRAM = r'''
struct xdp_md { unsigned data, data_end; };
__attribute__((section("xdp"), used)) int drop(struct xdp_md *context)
{
	unsigned char *p = (void *)(long)context->data, *end = (void *)(long)context->data_end;

	if (p + 58 > end)
		return 2;
	if (p[12] == 0x08 && p[13] == 0x00 && p[23] == 6 && p[36] == HIGH && p[37] == LOW)
		return VERDICT;
	if (p[12] == 0x86 && p[13] == 0xdd && p[20] == 6 && p[56] == HIGH && p[57] == LOW)
		return VERDICT;
	return 2;
}
'''
# Classic BPF: a TCP segment (of IPv4 without options, or IPv6 without extensions) is shot, others pass.
V4 = '8,40 0 0 12,21 0 5 2048,48 0 0 23,21 0 3 6,40 0 0 {at4},21 0 1 {port},6 0 0 2,6 0 0 4294967295'
V6 = '8,40 0 0 12,21 0 5 34525,48 0 0 20,21 0 3 6,40 0 0 {at6},21 0 1 {port},6 0 0 2,6 0 0 4294967295'
GREETS = '''
import socket, sys
s = socket.socket(socket.AF_INET6)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('::', int(sys.argv[1])))
s.listen()
while True:
    c = s.accept()[0]
    c.sendall(b'220 ready\\r\\n')
    c.close()
'''


def xdp(host, port, verdict='drop'):
    host.write('/tmp/drop.c', PROGRAM)
    said = host.run(f'clang -O2 -target bpf -DHIGH={port >> 8} -DLOW={port & 255} -DVERDICT={1 if verdict == "drop" else 2} '
                    f'-c /tmp/drop.c -o /tmp/drop.o && ip link set dev {host.device} xdpgeneric obj /tmp/drop.o sec xdp',
                    check=False)
    if 'xdp' not in host.run(f'ip link show {host.device}'):
        raise Skip('no XDP here: ' + said.strip())


def tc(host, direction, port):
    text = V4 if host.lab.family == 4 else V6
    to = direction == 'ingress'
    code = text.format(port=port, at4=36 if to else 34, at6=56 if to else 54)
    host.run(f'tc qdisc add dev {host.device} clsact')
    host.run(f"tc filter add dev {host.device} {direction} bpf da bytecode '{code}'")


def socket_filter(answer):
    """prepare(socket): a filter that takes so many bytes of everything; 0 is nothing."""
    def prepare(listener):
        program = ctypes.create_string_buffer(struct.pack('HBBI', 0x06, 0, 0, answer))
        listener.setsockopt(socket.SOL_SOCKET, 26, struct.pack('HxxxxxxP', 1, ctypes.addressof(program)))  # SO_ATTACH_FILTER
    return prepare


def md5_key(address):
    """prepare(socket): segments of this peer must be signed (TCP_MD5SIG)."""
    if ':' in address:
        peer = struct.pack('=HHI16sI', socket.AF_INET6, 0, 0, socket.inet_pton(socket.AF_INET6, address), 0)
    else:
        peer = struct.pack('=HH4s', socket.AF_INET, 0, socket.inet_pton(socket.AF_INET, address))
    key = struct.pack('=128sBBHi80s', peer, 0, 0, 6, 0, b'secret')
    return lambda listener: listener.setsockopt(socket.IPPROTO_TCP, 14, key)


def in_cgroup(lab, hook):
    service = lab.server.start([*client_bpf.in_cgroup(hook), sys.executable, '-c', GREETS, lab.port])
    lab.server.wait_listening(lab.port, service=service)
    lab.at_end.append(service.interrupt)
    return service

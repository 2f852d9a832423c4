#!/usr/bin/python3
"""Nothing is let through, and nothing is lost, while rules are changed and changed back.

usage: leaked.py INJECT [--seconds N] [--rate N]

Frames are sent at RATE (50,000) a second through a veth, half of them to a port that is refused before and after every
change, half to one that is open. Meanwhile INJECT (inject) does a change of these very rules and takes it back, again
and again, by every engine. Then the refused must be all, and the open ones, too. That this would be seen is shown by
what people do by hand: a rule deleted and then inserted. 77 where there are no namespaces.
"""
import argparse
import ctypes
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

LIBC = ctypes.CDLL(None, use_errno=True)
NEWNET = 0x40000000
REFUSED, OPEN = 9999, 7777
EDITS = ('insert', 'move', 'delete', 'replace')
BURST = 50


def sh(*command, text=None):
    return subprocess.run(command, input=text, text=True, check=True, stdout=subprocess.PIPE).stdout


def load(engine):
    """The refusal is the third rule, which is what moves; whatever comes behind it is open."""
    if engine == 'nft':
        # The second table is not changed, and must not refuse on behalf of the first.
        sh('nft', '-f', '-', text='flush ruleset\n' + ''.join(
            f'table inet {name} {{\nchain i {{\ntype filter hook input priority 0; policy accept;\n'
            f'tcp dport 22 accept\nudp dport 123 accept\n{last}\n}}\n}}\n'
            for name, last in (('f', 'udp dport 9999 drop'), ('g', 'tcp dport 80 accept'))))
        return
    for tool in ('iptables', 'ip6tables'):
        sh(f'{tool}-{engine.split("-")[-1]}-restore', text='*filter\n:INPUT ACCEPT [0:0]\n'
           '-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n-A INPUT -p udp -m udp --dport 123 -j ACCEPT\n'
           '-A INPUT -p udp -m udp --dport 9999 -j DROP\nCOMMIT\n')


def by_hand(engine):
    """As one does it: the rule goes, and comes back elsewhere."""
    words = '-p', 'udp', '-m', 'udp', '--dport', '9999', '-j', 'DROP'
    tool = f'iptables-{engine.split("-")[-1]}'
    if engine != 'nft':
        sh(tool, '-D', 'INPUT', *words)
        sh(tool, '-I', 'INPUT', '2', *words)
        return
    number = sh('nft', '-a', 'list', 'chain', 'inet', 'f', 'i').split('dport 9999 drop # handle ')[1].split()[0]
    sh('nft', 'delete', 'rule', 'inet', 'f', 'i', 'handle', number)
    sh('nft', 'add', 'rule', 'inet', 'f', 'i', 'udp', 'dport', '9999', 'drop')


def checksum(data):
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


def frame(to, sender, port):
    head = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 30, 1, 0, 64, 17, 0, bytes((10, 77, 0, 1)), bytes((10, 77, 0, 2)))
    head = head[:10] + struct.pack('!H', checksum(head)) + head[12:]
    return to + sender + b'\x08\x00' + head + struct.pack('!HHHH', 40000, port, 10, 0) + b'\0\0'


def send(control, rate):
    """In a namespace of its own, until it is told to stop; tells how many of each, and how long it took."""
    is_told = []
    signal.signal(signal.SIGTERM, lambda *_: is_told.append(1))
    control.send(b'there')
    control.recv(2)
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    out.bind(('va', 0))
    both = [frame(b'\x02\0\0\0\0\x02', b'\x02\0\0\0\0\x01', port) for port in (REFUSED, OPEN)]
    began, sent = time.monotonic(), 0
    while not is_told:
        ahead = sent / rate - (time.monotonic() - began)
        if ahead > 0.0005:
            time.sleep(ahead)
        for _ in range(BURST // 2):
            out.send(both[0])
            out.send(both[1])
        sent += BURST
    control.send(struct.pack('=qd', sent // 2, time.monotonic() - began))


def begin(rate):
    """A sender behind a veth."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if not pid:
        LIBC.unshare(NEWNET)
        send(theirs, rate)
        os._exit(0)
    ours.recv(5)
    sh('ip', 'link', 'add', 'vb', 'address', '02:00:00:00:00:02', 'type', 'veth', 'peer', 'name', 'va',
       'address', '02:00:00:00:00:01', 'netns', str(pid))
    sh('ip', 'addr', 'add', '10.77.0.2/24', 'dev', 'vb')
    sh('ip', 'link', 'set', 'vb', 'up')
    sh('nsenter', f'--net=/proc/{pid}/ns/net', 'ip', 'link', 'set', 'va', 'up')
    ours.send(b'go')
    return pid, ours


def end(sender):
    pid, control = sender
    os.kill(pid, signal.SIGTERM)
    count, took = struct.unpack('=qd', control.recv(16))
    os.waitpid(pid, 0)
    control.close()
    time.sleep(0.1)
    return count, took


def came(port):
    """How many came to the socket of that port: queued, or dropped for want of room."""
    line = next(s for s in pathlib.Path('/proc/net/udp').read_text().splitlines() if f':{port:04X} ' in s)
    return int(line.split()[-1])


def trial(args, engine, edit):
    """How many changes, how many frames of each; how many of the refused came, and of the open did not."""
    LIBC.unshare(NEWNET)
    sh('ip', 'link', 'set', 'lo', 'up')
    load(engine)
    refused, is_open = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    refused.bind(('0.0.0.0', REFUSED))
    is_open.bind(('0.0.0.0', OPEN))
    # No room: each that comes is counted as dropped.
    is_open.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 0)
    sender = begin(args.rate)
    changes, until = 0, time.monotonic() + args.seconds
    while time.monotonic() < until:
        if edit == 'by hand':
            by_hand(engine)
        else:
            sh(args.inject, 'again', engine, edit, '5')
            shutil.rmtree('/var/lib/kiriwake', ignore_errors=True)
        changes += 1 if edit == 'by hand' else 10
    count, took = end(sender)
    got = {}
    for name, sock, port in (('refused', refused, REFUSED), ('open', is_open, OPEN)):
        sock.setblocking(False)
        got[name] = came(port)
        try:
            while sock.recv(100):
                got[name] += 1
        except BlockingIOError:
            pass
        sock.close()
    return changes, count, took, got['refused'], count - got['open']


def inside(args):
    for folder in ('/run', '/var/lib', '/srv', '/etc/cron.d'):
        sh('mount', '-t', 'tmpfs', 'none', folder)
    os.mkdir('/srv/etc')
    pathlib.Path('/srv/etc/hosts.allow').write_text('sshd: ALL\n', encoding='ascii')
    failed, all_changes, all_sent, all_took, seen = 0, 0, 0, 0, 0
    for engine in ('legacy', 'iptables-nft', 'nft'):
        for edit in EDITS:
            changes, count, took, leaked, lost = trial(args, engine, edit)
            all_changes, all_sent, all_took = all_changes + changes, all_sent + 2 * count, all_took + took
            if leaked or lost:
                failed += 1
                print(f'{engine}, {edit}: {changes} changes, {leaked} of {count} let through, {lost} lost', flush=True)
        seen += trial(args, engine, 'by hand')[3]
    print(f'{all_changes} changes, {all_sent} frames at {all_sent / all_took:.0f} a second: {failed} of 12 leaked or lost;'
          f' by hand {seen} were let through')
    return 1 if failed or not seen else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('inject')
    parser.add_argument('--seconds', type=float, default=1, help='each of twelve')
    parser.add_argument('--rate', type=int, default=50000)
    parser.add_argument('--inside', action='store_true')
    args = parser.parse_args()
    args.inject = os.path.abspath(args.inject)
    if args.inside:
        return inside(args)
    if os.geteuid() != 0 or subprocess.run(['unshare', '-n', '-m', 'true'], check=False).returncode:
        print('no namespaces here')
        return 77
    return subprocess.run(['unshare', '-n', '-m', '-p', '-f', '--mount-proc', sys.executable, __file__, args.inject,
                           '--seconds', str(args.seconds), '--rate', str(args.rate), '--inside'], check=False).returncode


if __name__ == '__main__':
    sys.exit(main())

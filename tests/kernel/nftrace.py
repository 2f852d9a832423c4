#!/usr/bin/python3
"""The kernel's own trace names the rule that stops a packet: every engine, hook and family, and nothing of other flows.

usage: nftrace.py PROBE [--only WORD] [--keep FOLDER] [-v]

Each fault is loaded into a namespace of its own, PROBE (nftrace_probe) arms for one flow, that flow and others are sent,
and the rule that it names has to be the one that the fault says, exactly. 77 where there are no namespaces.
"""
import argparse
import ctypes
import os
import pathlib
import re
import select
import socket
import struct
import subprocess
import sys
import time

LIBC = ctypes.CDLL(None, use_errno=True)
NEWNET = 0x40000000
NF_LOG = '/proc/sys/net/netfilter/nf_log/'

RESTORE = {
    'nft4': 'iptables-nft-restore', 'nft6': 'ip6tables-nft-restore',
    'legacy4': 'iptables-legacy-restore', 'legacy6': 'ip6tables-legacy-restore', 'nft': 'nft -f -',
}

# name, rules by iptables-restore's lines, which flow, what ends it: table chain number, `policy' or `rule'.
TABLES = [
    ('raw', '*raw\n-A PREROUTING -p udp -j ACCEPT\n-A PREROUTING -p tcp --dport 80 -j DROP\nCOMMIT', 'in', 'raw PREROUTING 2 rule'),
    ('mangle', '*mangle\n-A PREROUTING -p tcp --dport 80 -j DROP\nCOMMIT', 'in', 'mangle PREROUTING 1 rule'),
    ('mangle-input', '*mangle\n-A INPUT -p tcp --dport 80 -j DROP\nCOMMIT', 'in', 'mangle INPUT 1 rule'),
    ('filter', '*filter\n-A INPUT -p tcp --dport 22 -j ACCEPT\n-A INPUT -p tcp --dport 80 -j DROP\nCOMMIT', 'in', 'filter INPUT 2 rule'),
    ('custom', '*filter\n:SVC -\n-A INPUT -p tcp -j SVC\n-A SVC -p tcp --dport 22 -j RETURN\n-A SVC -p tcp --dport 80 -j DROP\nCOMMIT',
     'in', 'filter SVC 2 rule'),
    ('custom-goto', '*filter\n:A -\n:B -\n-A INPUT -p tcp -g A\n-A A -p tcp -j B\n-A B -p tcp --dport 80 -j DROP\nCOMMIT',
     'in', 'filter B 1 rule'),
    ('policy', '*filter\n:INPUT DROP\n-A INPUT -p tcp --dport 22 -j ACCEPT\nCOMMIT', 'in', 'filter INPUT - policy'),
    ('reject', '*filter\n-A INPUT -p tcp --dport 80 -j REJECT --reject-with tcp-reset\nCOMMIT', 'in', 'filter INPUT 1 rule'),
    ('reject-icmp', '*filter\n-A INPUT -p tcp --dport 80 -j REJECT\nCOMMIT', 'in', 'filter INPUT 1 rule'),
    ('udp', '*filter\n-A INPUT -p udp --dport 80 -j DROP\nCOMMIT', 'udp', 'filter INPUT 1 rule'),
    ('output', '*filter\n-A OUTPUT -p tcp --dport 80 -j DROP\nCOMMIT', 'out', 'filter OUTPUT 1 rule'),
    ('raw-output', '*raw\n-A OUTPUT -p tcp --dport 80 -j DROP\nCOMMIT', 'out', 'raw OUTPUT 1 rule'),
    ('answer-output', '*filter\n-A OUTPUT -p tcp --sport 80 -j DROP\nCOMMIT', 'answer', 'filter OUTPUT 1 rule'),
    ('answer-postrouting', '*mangle\n-A POSTROUTING -p tcp --sport 80 -j DROP\nCOMMIT', 'answer', 'mangle POSTROUTING 1 rule'),
    ('answer-input', '*filter\n-A INPUT -p tcp --sport 80 -j DROP\nCOMMIT', 'out-answer', 'filter INPUT 1 rule'),
    ('forward', '*filter\n-A FORWARD -p tcp --dport 80 -j DROP\nCOMMIT', 'forward', 'filter FORWARD 1 rule'),
    ('forward-policy', '*filter\n:FORWARD DROP\nCOMMIT', 'forward', 'filter FORWARD - policy'),
    ('forward-mangle', '*mangle\n-A FORWARD -p tcp --dport 80 -j DROP\nCOMMIT', 'forward', 'mangle FORWARD 1 rule'),
    ('forward-post', '*mangle\n-A POSTROUTING -p tcp --dport 80 -j DROP\nCOMMIT', 'forward', 'mangle POSTROUTING 1 rule'),
    ('forward-answer', '*filter\n-A FORWARD -p tcp --sport 80 -j DROP\nCOMMIT', 'forward', 'filter FORWARD 1 rule'),
    ('dnat-forward', '*nat\n-A PREROUTING -p tcp --dport 80 -j DNAT --to-destination @INNER:8080\nCOMMIT\n'
     '*filter\n-A FORWARD -p tcp --dport 8080 -j DROP\nCOMMIT', 'dnat', 'filter FORWARD 1 rule'),
    ('dnat-answer', '*nat\n-A PREROUTING -p tcp --dport 80 -j DNAT --to-destination @INNER:8080\nCOMMIT\n'
     '*filter\n-A FORWARD -p tcp --sport 8080 -j DROP\nCOMMIT', 'dnat', 'filter FORWARD 1 rule'),
    ('dnat-masq', '*nat\n-A PREROUTING -p tcp --dport 80 -j DNAT --to-destination @INNER:8080\n'
     '-A POSTROUTING -p tcp --dport 8080 -j MASQUERADE\nCOMMIT\n'
     '*mangle\n-A FORWARD -p tcp --dport 8080 -j DROP\nCOMMIT', 'dnat', 'mangle FORWARD 1 rule'),
    ('security', '*security\n-A INPUT -p tcp --dport 80 -j DROP\nCOMMIT', 'in', 'security INPUT 1 rule'),
    # What the kernel calls a return and a policy is a rule without conditions.
    ('unconditional', '*filter\n:SVC -\n-A INPUT -p tcp -j SVC\n-A SVC -p udp -j ACCEPT\n-A SVC -j DROP\nCOMMIT', 'in', 'filter SVC 2 rule'),
    ('unconditional-base', '*filter\n-A INPUT -p udp -j ACCEPT\n-A INPUT -j DROP\nCOMMIT', 'in', 'filter INPUT 2 rule'),
    ('policy-behind', '*filter\n:INPUT DROP\n:SVC -\n-A INPUT -p tcp -j SVC\n-A SVC -p udp -j ACCEPT\nCOMMIT', 'in', 'filter INPUT - policy'),
    ('unknown-target', '*mangle\n-A PREROUTING -p tcp --dport 80 -j TOS --set-tos 0x10\nCOMMIT\n*filter\n-A INPUT -p tcp --dport 80 -j DROP\nCOMMIT',
     'in', 'filter INPUT 1 rule'),
    ('local', '*filter\n-A INPUT -i lo -p tcp --dport 80 -j DROP\nCOMMIT', 'local', 'filter INPUT 1 rule'),
]

# What only nft says; @A is ip or ip6.
NATIVE = [
    ('plain', 'table @A t { chain in { type filter hook input priority 0; tcp dport 22 accept; tcp dport 80 drop; }; }', 'in', '@N t in 2 rule'),
    ('inet', 'table inet t { chain svc { tcp dport 80 drop; }; chain in { type filter hook input priority 0; jump svc; }; }', 'in', '1 t svc 1 rule'),
    ('early', 'table inet t { chain p { type filter hook prerouting priority -500; tcp dport 80 drop; }; }', 'in', '1 t p 1 rule'),
    ('policy', 'table inet t { chain in { type filter hook input priority 0; policy drop; tcp dport 22 accept; }; }', 'in', '1 t in - policy'),
    ('second', 'table inet a { chain in { type filter hook input priority 0; tcp dport 80 accept; }; }\n'
     'table inet b { chain in { type filter hook input priority 10; tcp dport 22 accept; tcp dport 80 counter drop; }; }', 'in', '1 b in 2 rule'),
    ('reject', 'table inet t { chain in { type filter hook input priority 0; tcp dport 80 reject with tcp reset; }; }', 'in', '1 t in 1 rule'),
    ('reject-icmp', 'table inet t { chain in { type filter hook input priority 0; tcp dport 80 reject; }; }', 'in', '1 t in 1 rule'),
    ('vmap', 'table inet t { chain x { drop; }; chain in { type filter hook input priority 0; tcp dport vmap { 80 : jump x, 22 : accept }; }; }',
     'in', '1 t x 1 rule'),
    ('vmap-drop', 'table inet t { chain in { type filter hook input priority 0; tcp dport vmap { 80 : drop, 22 : accept }; }; }', 'in', '1 t in 1 rule'),
    ('set', 'table inet t { set s { type inet_service; elements = { 80, 443 }; }; chain in { type filter hook input priority 0; tcp dport @s drop; }; }',
     'in', '1 t in 1 rule'),
    ('ingress', 'table netdev t { chain i { type filter hook ingress device v0 priority 0; udp dport 5 drop; tcp dport 80 drop; }; }', 'in', '5 t i 2 rule', '-d v0'),
    ('inet-ingress', 'table inet t { chain i { type filter hook ingress device v0 priority 0; tcp dport 80 drop; }; }', 'in', '1 t i 1 rule', '-d v0'),
    ('bridge', 'table bridge t { chain i { type filter hook input priority 0; tcp dport 80 drop; }; }', 'bridge', '7 t i 1 rule', '-b'),
    ('bridge-prerouting', 'table bridge t { chain i { type filter hook prerouting priority -300; tcp dport 80 drop; }; }', 'bridge', '7 t i 1 rule', '-b'),
    ('bridge-forward', 'table bridge t { chain f { type filter hook forward priority 0; tcp dport 80 drop; }; }', 'bridged', '7 t f 1 rule', '-b'),
    ('bridge-answer', 'table bridge t { chain f { type filter hook forward priority 0; tcp sport 80 drop; }; }', 'bridged', '7 t f 1 rule', '-b'),
    ('bridge-post', 'table bridge t { chain f { type filter hook postrouting priority 0; tcp dport 80 drop; }; }', 'bridged', '7 t f 1 rule', '-b'),
    ('bridge-output', 'table bridge t { chain o { type filter hook output priority 0; tcp sport 80 drop; }; }', 'bridge', '7 t o 1 rule', '-b'),
    ('bridge-ip', 'table inet t { chain i { type filter hook input priority 0; tcp dport 80 drop; }; }', 'bridge', '1 t i 1 rule', '-b'),
    ('output', 'table inet t { chain o { type filter hook output priority 0; tcp dport 80 drop; }; }', 'out', '1 t o 1 rule'),
    ('route-output', 'table @A t { chain o { type route hook output priority -150; tcp dport 80 drop; }; }', 'out', '@N t o 1 rule'),
    ('answer-output', 'table inet t { chain o { type filter hook output priority 0; tcp sport 80 drop; }; }', 'answer', '1 t o 1 rule'),
    ('answer-post', 'table inet t { chain o { type filter hook postrouting priority 0; policy drop; tcp sport 22 accept; meta l4proto {icmp, icmpv6} accept; }; }',
     'answer', '1 t o - policy'),
    ('forward', 'table inet t { chain f { type filter hook forward priority 0; tcp dport 80 drop; }; }', 'forward', '1 t f 1 rule'),
    ('forward-answer', 'table inet t { chain f { type filter hook forward priority 0; tcp sport 80 drop; }; }', 'forward', '1 t f 1 rule'),
    ('dnat', 'table @A t { chain n { type nat hook prerouting priority -100; tcp dport 80 dnat to @NINNER:8080; };'
     'chain f { type filter hook forward priority 0; tcp dport 22 accept; tcp dport 8080 drop; }; }', 'dnat', '@N t f 2 rule'),
    ('dnat-answer', 'table @A t { chain n { type nat hook prerouting priority -100; tcp dport 80 dnat to @NINNER:8080; };'
     'chain f { type filter hook forward priority 0; tcp dport 22 accept; tcp sport 8080 drop; }; }', 'dnat', '@N t f 2 rule'),
    ('dnat-masq-answer', 'table @A t { chain n { type nat hook prerouting priority -100; tcp dport 80 dnat to @NINNER:8080; };'
     'chain m { type nat hook postrouting priority 100; tcp dport 8080 masquerade; };'
     'chain f { type filter hook forward priority 0; tcp sport 8080 drop; }; }', 'dnat', '@N t f 1 rule'),
    ('redirect', 'table @A t { chain n { type nat hook prerouting priority -100; tcp dport 80 redirect to :8080; };'
     'chain i { type filter hook input priority 0; tcp dport 8080 drop; }; }', 'in', '@N t i 1 rule'),
    ('fib-notrack', 'table inet t { chain r { type filter hook prerouting priority raw; notrack; }; chain i { type filter hook input priority 0; ct state untracked drop; }; }',
     'in', '1 t i 1 rule'),
    ('ct-invalid', 'table inet t { chain i { type filter hook input priority 0; ct state established accept; ct state new drop; }; }', 'in', '1 t i 2 rule'),
    # Rulesets that clear nftrace themselves.
    ('clear-raw', 'table inet t { chain p { type filter hook prerouting priority -300; meta nftrace set 0; };'
     'chain i { type filter hook input priority 0; tcp dport 80 drop; }; }', 'in', '1 t i 1 rule'),
    ('clear-same-hook', 'table inet t { chain a { type filter hook input priority -1; meta nftrace set 0; };'
     'chain i { type filter hook input priority 0; tcp dport 80 drop; }; }', 'in', '1 t i 1 rule'),
    ('clear-forward-dnat', 'table @A t { chain p { type filter hook prerouting priority -50; meta nftrace set 0; };'
     'chain n { type nat hook prerouting priority -100; tcp dport 80 dnat to @NINNER:8080; };'
     'chain f { type filter hook forward priority 0; tcp dport 8080 drop; }; }', 'dnat', '@N t f 1 rule'),
    ('clear-answer', 'table inet t { chain o { type filter hook output priority -300; meta nftrace set 0; };'
     'chain q { type filter hook postrouting priority 10; tcp sport 80 drop; }; }', 'answer', '1 t q 1 rule'),
    # In the chain that stops it: the chain is known by what is not seen behind it, the rule is not.
    ('clear-itself', 'table inet t { chain i { type filter hook input priority 0; meta nftrace set 0; tcp dport 80 drop; }; }', 'in', '1 t i 0 chain'),
    ('clear-jump', 'table inet t { chain x { meta nftrace set 0; tcp dport 80 drop; }; chain i { type filter hook forward priority -5; jump x; }; }',
     'forward', '1 t i 0 chain'),
    ('clear-itself-answer', 'table inet t { chain o { type filter hook output priority -150; meta nftrace set 0; tcp sport 80 drop; }; }',
     'answer', '1 t o 0 chain'),
    ('clear-itself-behind', 'table inet t { chain i { type filter hook input priority 0; meta nftrace set 0; tcp dport 22 drop; };'
     'chain j { type filter hook input priority 1; tcp dport 80 drop; }; }', 'in', '1 t j 1 rule'),
    ('clear-bridge', 'table bridge t { chain p { type filter hook prerouting priority -300; meta nftrace set 0; };'
     'chain f { type filter hook forward priority 0; tcp dport 80 drop; }; }', 'bridged', '7 t f 1 rule', '-b'),
]

# nft clears, legacy stops.
MIXED = [
    ('clear-legacy', 'table inet t { chain p { type filter hook prerouting priority -310; meta nftrace set 0; }; }',
     '*filter\n:SVC -\n-A INPUT -p tcp -j SVC\n-A SVC -p tcp --dport 80 -j DROP\nCOMMIT', 'in', 'filter SVC 1 rule'),
    ('clear-legacy-late', 'table inet t { chain p { type filter hook input priority -10; meta nftrace set 0; }; }',
     '*filter\n-A INPUT -p tcp --dport 80 -j DROP\nCOMMIT', 'in', 'filter INPUT 1 rule'),
    ('nft-behind-legacy', 'table inet t { chain p { type filter hook input priority 10; tcp dport 80 drop; }; }',
     '*filter\n-A INPUT -p tcp --dport 80 -j ACCEPT\nCOMMIT', 'in', '1 t p 1 rule'),
]


def sh(command, text=None, check=True):
    done = subprocess.run(command.split() if isinstance(command, str) else command, input=text, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if check and done.returncode:
        raise RuntimeError(f'{command}: {done.stdout}\n{text or ""}')
    return done.stdout


class Space:
    """A network namespace, kept by a descriptor."""

    def __init__(self, fd):
        self.fd = fd

    def __enter__(self):
        self.back = os.open('/proc/self/ns/net', os.O_RDONLY)
        LIBC.setns(self.fd, NEWNET)

    def __exit__(self, *_):
        LIBC.setns(self.back, NEWNET)
        os.close(self.back)

    @property
    def path(self):
        return f'/proc/{os.getpid()}/fd/{self.fd}'


def new_space():
    back = os.open('/proc/self/ns/net', os.O_RDONLY)
    if LIBC.unshare(NEWNET):
        raise OSError(ctypes.get_errno(), 'unshare')
    space = Space(os.open('/proc/self/ns/net', os.O_RDONLY))
    LIBC.setns(back, NEWNET)
    os.close(back)
    return space


class Lab:
    """The host (here), a client, an inner server behind it; each pair by a wire, and client and inner on a bridge."""

    def __init__(self):
        self.client, self.inner = new_space(), new_space()
        for space, wire, peer, net in ((self.client, 'v0', 'v1', 1), (self.inner, 'w0', 'w1', 2)):
            sh(f'ip link add {wire} type veth peer name {peer}')
            sh(f'ip link set {peer} netns {space.path}')
            self.up(wire, f'10.{net}.0.1/24', f'fd0{net}::1/64')
            with space:
                self.up(peer, f'10.{net}.0.2/24', f'fd0{net}::2/64')
                if net == 1:
                    sh('ip addr add 10.1.0.3/24 dev v1')
                    sh('ip addr add fd01::3/64 dev v1 nodad')
                sh('ip link set lo up')
                sh(f'ip route add default via 10.{net}.0.1')
                sh(f'ip route add default via fd0{net}::1')
        sh('ip link add br0 type bridge forward_delay 0')
        for space, wire, peer, host in ((self.client, 'b0', 'b1', 2), (self.inner, 'b2', 'b3', 3)):
            sh(f'ip link add {wire} type veth peer name {peer}')
            sh(f'ip link set {peer} netns {space.path}')
            sh(f'ip link set {wire} master br0 up')
            with space:
                self.up(peer, f'10.3.0.{host}/24', f'fd03::{host}/64')
        self.up('br0', '10.3.0.1/24', 'fd03::1/64')
        sh('ip link set lo up')
        for name in ('ipv4/ip_forward', 'ipv6/conf/all/forwarding'):
            pathlib.Path('/proc/sys/net', name).write_text('1')
        self.keep = []
        self.listeners = [self.listen(space, family, port) for family in (socket.AF_INET, socket.AF_INET6)
                          for space, port in ((None, 80), (None, 81), (None, 8080), (self.client, 80), (self.inner, 80),
                                              (self.inner, 8080))]
        # Neighbours are known, and the bridge's ports forward.
        for family, to in ((socket.AF_INET, '10.%d.0.%d'), (socket.AF_INET6, 'fd0%d::%d')):
            for space, net, host in ((self.client, 1, 1), (self.inner, 2, 1), (self.client, 3, 1), (self.client, 3, 3),
                                     (None, 1, 2), (None, 2, 2), (None, 3, 2), (self.inner, 3, 2)):
                self.reach(space, family, to % (net, host))

    @staticmethod
    def up(device, v4, v6):
        sh(f'ip addr add {v4} dev {device}')
        sh(f'ip addr add {v6} dev {device} nodad')
        sh(f'ip link set {device} up')

    def open(self, space, family, kind=socket.SOCK_STREAM):
        if not space:
            return socket.socket(family, kind)
        with space:
            return socket.socket(family, kind)

    def listen(self, space, family, port):
        s = self.open(space, family)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        s.bind(('', port))
        s.listen(64)
        return s

    def reach(self, space, family, address):
        for _ in range(40):
            s = self.open(space, family)
            s.settimeout(1)
            try:
                s.connect((address, 80))
                return
            except OSError:
                time.sleep(0.1)
            finally:
                s.close()
        raise RuntimeError(f'{address} is not reached')

    def send(self, space, family, to, port, kind=socket.SOCK_STREAM, source=None):
        s = self.open(space, family, kind)
        s.setblocking(False)
        if source:
            s.bind((source, 0))
        if kind == socket.SOCK_STREAM:
            s.connect_ex((to, port))
        else:
            s.connect((to, port))
            s.send(b'x')
        self.keep.append(s)

    def quiet(self):
        for s in self.keep:
            s.close()
        self.keep = []


# Which flow: who sends, from and to (net, host), the probe's options.
FLOWS = {
    'in': ('client', (1, 2), (1, 1), ''), 'udp': ('client', (1, 2), (1, 1), '-p udp'), 'answer': ('client', (1, 2), (1, 1), ''),
    'out': (None, (1, 1), (1, 2), '-h'), 'out-answer': (None, (1, 1), (1, 2), '-h'), 'forward': ('client', (1, 2), (2, 2), ''),
    'dnat': ('client', (1, 2), (1, 1), ''), 'bridge': ('client', (3, 2), (3, 1), ''), 'bridged': ('client', (3, 2), (3, 3), ''),
    'local': (None, (1, 1), (1, 1), '-h'),
}


class Case:
    def __init__(self, name, rules, flow, want, options='', v6=False):
        self.name, self.rules, self.flow, self.options, self.v6 = name, rules, flow, options, v6
        self.want = want.split()    # engine family table chain number kind


def cases():
    for v6 in (False, True):
        n, inner = ('6', 'fd02::2') if v6 else ('4', '10.2.0.2')
        number = '10' if v6 else '2'
        for name, rules, flow, want in TABLES:
            rules = rules.replace('@INNER', f'[{inner}]' if v6 else inner)
            if not (v6 and 'masq' in name):
                yield Case(f'iptables-nft{n}/{name}', {f'nft{n}': rules}, flow, f'nft {number} {want}', v6=v6)
                yield Case(f'legacy{n}/{name}', {f'legacy{n}': rules}, flow, f'legacy {number} {want}', '-l', v6)
        for name, rules, flow, want, *options in NATIVE:
            for old, new in (('@A', 'ip6' if v6 else 'ip'), ('@NINNER', f'[{inner}]' if v6 else inner), ('@N', number)):
                rules, want = rules.replace(old, new), want.replace(old, new)
            yield Case(f'nft{n}/{name}', {'nft': rules}, flow, f'nft {want}', options[0] if options else '', v6)
        for name, rules, legacy, flow, want in MIXED:
            engine = 'nft' if want[0] == '1' else f'legacy {number}'
            yield Case(f'mixed{n}/{name}', {'nft': rules, f'legacy{n}': legacy}, flow, f'{engine} {want}', '-l', v6)


CHAINS = {'filter': 'INPUT FORWARD OUTPUT', 'raw': 'PREROUTING OUTPUT', 'security': 'INPUT FORWARD OUTPUT',
          'nat': 'PREROUTING INPUT OUTPUT POSTROUTING', 'mangle': 'PREROUTING INPUT FORWARD OUTPUT POSTROUTING'}


def flush():
    sh('nft flush ruleset')
    for tool, names in (('iptables', 'ip_tables_names'), ('ip6tables', 'ip6_tables_names')):
        for table in pathlib.Path('/proc/net', names).read_text().split():
            policies = ''.join(f':{chain} ACCEPT\n' for chain in CHAINS[table].split())
            sh([f'{tool}-legacy-restore'], f'*{table}\n{policies}COMMIT\n')


def state():
    """What has to be as it was."""
    rules = sh('nft list ruleset') + sh('iptables-legacy-save') + sh('ip6tables-legacy-save')
    rules = re.sub(r'^#.*\n|\[\d+:\d+\]|packets \d+ bytes \d+', '', rules, flags=re.M)
    return rules, [pathlib.Path(NF_LOG, n).read_text() for n in ('2', '10', '7')]


def address(pair, v6):
    return ('fd0%d::%d' if v6 else '10.%d.0.%d') % pair


class Probe:
    def __init__(self, program, arguments, user=()):
        self.process = subprocess.Popen([*user, program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.first = self.process.stdout.readline()

    def wait_traced(self, seconds):
        """Whether it said so; the rest of what comes together is taken too."""
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            return False
        time.sleep(0.02)
        return True

    def end(self):
        out, _ = self.process.communicate('', timeout=10)
        return self.first + out


def run(lab, case, program, extra=()):
    """What is wrong with it, or ''."""
    flush()
    for kind, rules in case.rules.items():
        sh(RESTORE[kind], rules + '\n')
    sender, source, to, options = FLOWS[case.flow]
    family = socket.AF_INET6 if case.v6 else socket.AF_INET
    space = getattr(lab, sender) if sender else None
    kind = socket.SOCK_DGRAM if case.flow == 'udp' else socket.SOCK_STREAM
    before = state()
    arguments = ['-P', '80', '-c', address(source, case.v6), '-s', address(to, case.v6), *options.split(),
                 *case.options.split(), *extra]
    probe = Probe(program, arguments, case.user if hasattr(case, 'user') else ())
    beside = Probe(program, case.beside) if hasattr(case, 'beside') else None
    if not probe.first.startswith('armed'):
        return f'not armed: {probe.end()}'
    # Others: another port, another client.
    lab.send(space, family, address(to, case.v6), 81, kind)
    if source == (1, 2):
        lab.send(space, family, address(to, case.v6), 80, kind, address((1, 3), case.v6))
    lab.send(space, family, address(to, case.v6), 80, kind, address(source, case.v6))
    traced = probe.wait_traced(0.5)
    out = probe.end()
    if beside:
        beside.end()
    lab.quiet()
    return judge(case, out) or ('' if traced else 'nothing was told\n') or after(before, out)


def after(before, out):
    now = state()
    return '' if now == before else f'left behind:\n{now}\nwas\n{before}\n{out}'


def judge(case, out):
    engine, family, table, chain, number, kind = case.want
    wrong = [line for line in out.splitlines() if line.startswith('packet') and
             (' 81 ' in line or re.search(r'(fd01::|10\.1\.0\.)3 ', line))]
    if wrong:
        return f'others traced: {wrong}\n{out}'
    for line in out.splitlines():
        w = line.split()
        if w[0] != 'end':
            continue
        if kind == 'chain':    # which rule is not known
            if w[1:10] == [engine, family, table, chain, 'rule', '0', '0', 'unsaid']:
                return ''
            continue
        # Who is not root may not read which tables there are.
        if engine == 'legacy' and w[8] != 'drop' and not hasattr(case, 'user'):
            continue
        same_number = number in ('-', w[6]) and (kind == 'policy' or w[6] != '0')
        if w[1:5] == [engine, family, table, chain] and same_number and w[5] == kind:
            return ''
    return f'want {case.want}\n{out}'


class Group0:
    """Somebody else who has group 0 of nfnetlink_log, as ulogd would."""

    def __enter__(self):
        self.s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
        self.s.bind((0, 0))
        body = struct.pack('=BBHHHB3x', 0, 0, 0, 5, 1, 1)
        self.s.send(struct.pack('=IHHII', 16 + len(body), 4 << 8 | 1, 5, 1, 0) + body)
        self.s.recv(4096)
        return self

    def __exit__(self, *_):
        self.s.close()


NOBODY = ('setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', '--inh-caps', '-all,+net_admin',
          '--ambient-caps', '+net_admin', '--bounding-set', '-all,+net_admin')


def named(name, **changes):
    case = next(c for c in cases() if c.name == name)
    for key, value in changes.items():
        setattr(case, key, value)
    case.name += ': ' + ', '.join(changes)
    return case


def circumstances(lab, program):
    """(name, what is wrong) where something is not as usual."""
    folder = pathlib.Path('/run/kiriwake')
    for name in ('nft4/inet', 'nft6/bridge', 'iptables-nft4/custom', 'nft4/clear-raw'):
        yield name + ', as nobody', run(lab, named(name, user=NOBODY), program)
    # Where nothing could be written down, nothing is changed.
    case = named('legacy4/custom', user=NOBODY, want='legacy - - - - -'.split())
    wrong = run(lab, case, program)
    yield 'legacy without a journal', '' if 'missing=legacy' in wrong else f'should be missing: {wrong}'
    os.chown(folder, 65534, 65534)
    yield 'legacy, as nobody with /run/kiriwake', run(lab, named('legacy4/custom', user=NOBODY), program)
    os.chown(folder, 0, 0)
    with Group0():
        wrong = run(lab, case, program)
        yield 'group 0 is taken', '' if 'missing=legacy' in wrong else f'should be missing: {wrong}'
        yield 'nft while group 0 is taken', run(lab, named('nft4/inet', options='-l'), program)
    # Whose log is nfnetlink_log already.
    pathlib.Path(NF_LOG, '2').write_text('nfnetlink_log')
    yield 'nfnetlink_log before', run(lab, named('legacy4/custom'), program)
    pathlib.Path(NF_LOG, '2').write_text('NONE')
    yield 'no logger before', run(lab, named('legacy4/custom'), program)
    pathlib.Path(NF_LOG, '2').write_text('nf_log_ipv4')
    yield 'devices that are not there', run(lab, named('nft4/inet', options='-d nothing0'), program)
    yield 'two at once', run(lab, named('legacy4/custom', beside=('-l', '-P', '82')), program)


def inside(args):
    # The journal's folder is this test's alone.
    sh('mount -t tmpfs none /run')
    lab = Lab()
    failed = passed = 0
    start = time.monotonic()
    for case in cases():
        if args.only and not re.search(args.only, case.name):
            continue
        extra = ()
        if args.keep:
            extra = ('-o', str(pathlib.Path(args.keep, case.name.replace('/', '-'))))
        try:
            wrong = run(lab, case, args.probe, extra)
        except (RuntimeError, OSError) as error:
            wrong = str(error)
        passed, failed = passed + (not wrong), failed + bool(wrong)
        if wrong or args.verbose:
            print(f'{case.name}: {wrong or "named"}', flush=True)
    if not args.only:
        for name, wrong in circumstances(lab, args.probe):
            passed, failed = passed + (not wrong), failed + bool(wrong)
            if wrong or args.verbose:
                print(f'{name}: {wrong or "as it should be"}', flush=True)
    print(f'{passed} faults named, {failed} not, in {time.monotonic() - start:.1f} s')
    return 1 if failed or not passed else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('probe')
    parser.add_argument('--only')
    parser.add_argument('--keep')
    parser.add_argument('--inside', action='store_true')
    parser.add_argument('-v', '--verbose', action='store_true')
    args = parser.parse_args()
    if args.inside:
        return inside(args)
    if os.geteuid() != 0 or subprocess.run(['unshare', '-n', '-m', 'true'], check=False).returncode:
        print('no namespaces here')
        return 77
    return subprocess.run(['unshare', '-n', '-m', sys.executable, __file__, *sys.argv[1:], '--inside'], check=False).returncode


if __name__ == '__main__':
    sys.exit(main())

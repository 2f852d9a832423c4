#!/usr/bin/python3
"""What the kernel drops, resets and refuses, as src/drops tells it, against faults that are really there.

usage: drops.py WATCH_DROPS [-v] [--keep-stream FILE]

In namespaces of its own: a client, a server that also routes, and a host behind it. Each fault has a port of its own;
all are watched at once. 77 where there are no namespaces, or where BPF is refused.
"""
import argparse
import contextlib
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

SERVER, CLIENT, BEHIND = '10.9.1.1', '10.9.1.2', '10.9.2.2'
SERVER6, CLIENT6 = 'fd00:9:1::1', 'fd00:9:1::2'
RULES = '''
table inet t {
    chain early {
        type filter hook prerouting priority raw
        tcp dport 1015 drop
        udp dport 1026 drop
        ip frag-off & 0x1fff != 0 drop
    }
    chain in {
        type filter hook input priority 0
        tcp dport 1001 drop
        tcp dport 1002 reject with icmpx admin-prohibited
        tcp dport 1003 reject with tcp reset
        udp dport 1016 drop
    }
    chain forward {
        type filter hook forward priority 0
        tcp dport 1014 drop
        tcp dport 1022 reject
    }
    chain out {
        type filter hook output priority 0
        tcp dport 1012 drop
    }
    chain late {
        type filter hook postrouting priority 0
        tcp dport 1017 drop
    }
}
table netdev n {
    chain c {
        type filter hook ingress device "c0" priority 0
        tcp dport 1018 drop
    }
}
table bridge b {
    chain c {
        type filter hook forward priority 10
        tcp dport 1019 drop
    }
}
'''
# What a fault leaves: what, a pattern of its reason, of its place, hook, engine. Where several are given, each of them.
NFT = ('packet', 'NETFILTER_DROP', 'nft_do_chain')
SLOW = ('packet', 'NETFILTER_DROP', 'nf_hook_slow')
EXPECTED = {
    'nft drop': (1001, [NFT + ('input', 'nft')]),
    'nft reject, icmp': (1002, [('icmp', '', 'nft_reject_.*', 'input', 'nft'), NFT + ('input', 'nft')]),
    'nft reject, tcp reset': (1003, [NFT + ('input', 'nft')]),
    'legacy drop': (1004, [SLOW + ('input', 'hook')]),
    'rp_filter': (1005, [('packet', 'IP_RPFILTER', 'ip_rcv_finish_core', '-', '-')]),
    'closed port': (1006, [('reset', 'NO_SOCKET', 'tcp_v4_rcv', '-', '-'), ('packet', 'NO_SOCKET', 'tcp_v4_rcv', '-', '-')]),
    'socket filter': (1007, [('packet', 'SOCKET_FILTER', 'tcp_v4_rcv', '-', '-')]),
    'tc ingress': (1008, [('packet', 'TC_INGRESS', '.*', '-', '-')]),
    'blackhole route': (1009, [('packet', 'NOT_SPECIFIED|IP_.*', 'ip_(error|rcv_finish_core|route_input_slow)', '-', '-')]),
    'prohibit route': (1010, [('icmp', '', 'ip_error', '-', '-')]),
    'generic XDP': (1011, [('packet', 'NOT_SPECIFIED|XDP', 'do_xdp_generic', '-', '-')]),
    'nft output': (1012, [NFT + ('output', 'nft')]),
    'no neighbour': (1013, [('packet', 'NEIGH_FAILED|NEIGH_QUEUEFULL', 'neigh_.*|__neigh_.*', '-', '-'),
                            ('icmp', '', '.*', '-', '-')]),
    'nft forward': (1014, [NFT + ('forward', 'nft')]),
    'nft prerouting': (1015, [NFT + ('prerouting', 'nft')]),
    'nft, udp': (1016, [NFT + ('input', 'nft')]),
    'nft postrouting': (1017, [NFT + ('postrouting', 'nft')]),
    'nft netdev': (1018, [NFT + ('ingress', 'nft')]),
    'nft bridge': (1019, [NFT + ('bridge', 'nft')]),
    'legacy raw': (1020, [SLOW + ('prerouting', 'hook')]),
    'legacy reject': (1021, [('icmp', '', 'nf_send_unreach|reject_tg.*', 'input', 'hook')]),
    'nft reject, forward': (1022, [('icmp', '', 'nft_reject_.*', 'forward', 'nft')]),
    'behind IP options': (1026, [NFT + ('prerouting', 'nft')]),
    'refused by the other': (1023, [('error', '', '', '-', '-'), ('state', '', '', '-', '-')]),
    'syn-ack not taken': (1024, [('synack', '', '', '-', '-')]),
}
V6 = {
    'behind IPv6 options': (1026, [NFT + ('prerouting', 'nft')]),
    'nft drop, v6': (1001, [NFT + ('input', 'nft')]),
    'legacy drop, v6': (1004, [SLOW + ('input', 'hook')]),
    'closed port, v6': (1006, [('reset', 'NO_SOCKET', 'tcp_v6_rcv', '-', '-')]),
    'nft prerouting, v6': (1015, [NFT + ('prerouting', 'nft')]),
    'nft output, v6': (1012, [NFT + ('output', 'nft')]),
}
NOT = {'nft reject, tcp reset': 'reset', 'nft drop': 'icmp'}
BPF = '''
__attribute__((section("xdp"), used)) int drop_xdp(void *c) { (void)c; return 1; }
__attribute__((section("tc"), used)) int drop_tc(void *c) { (void)c; return 2; }
char _license[] __attribute__((section("license"), used)) = "GPL";
'''


def sh(text, check=True):
    done = subprocess.run(['sh', '-ec', text], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if check and done.returncode:
        raise RuntimeError(f'{text}\n{done.stdout}')
    return done.returncode == 0


def program_ids():
    done = subprocess.run(['bpftool', 'prog', 'list'], capture_output=True, text=True, check=False)
    return set(re.findall(r'^(\d+): raw_tracepoint  name watch_', done.stdout, re.M)) if not done.returncode else set()


def held_ids():
    """Programs that a process has open: another may watch, too."""
    ids = set()
    for path in pathlib.Path('/proc').glob('[0-9]*/fdinfo/*'):
        with contextlib.suppress(OSError):
            ids |= set(re.findall(r'^prog_id:\s*(\d+)', path.read_text(), re.M))
    return ids


def own_processes(program):
    """Those of this program in this network namespace."""
    here = os.readlink('/proc/self/ns/net')
    for path in pathlib.Path('/proc').glob('[0-9]*'):
        with contextlib.suppress(OSError):
            if os.readlink(path / 'ns/net') == here and os.path.samefile(path / 'exe', program):
                yield path.name


def prepare(folder):
    """Names of what this kernel cannot do."""
    without = set()
    sh(f'''
        mount -t tmpfs none /run && mkdir -p /run/netns
        mount -t bpf none /sys/fs/bpf # iproute2 makes folders there
        ip link set lo up
        for n in client behind; do ip netns add $n; ip -n $n link set lo up; done
        ip link add c0 type veth peer name s0 netns client
        ip link add b0 type veth peer name s0 netns behind
        ip addr add {SERVER}/24 dev c0; ip addr add {SERVER6}/64 dev c0 nodad; ip link set c0 up
        ip addr add 10.9.2.1/24 dev b0; ip link set b0 up
        ip -n client addr add {CLIENT}/24 dev s0; ip -n client addr add {CLIENT6}/64 dev s0 nodad
        ip -n client addr add 10.77.0.5/32 dev lo; ip -n client link set s0 up
        ip -n client route add default via {SERVER}
        ip -n behind addr add {BEHIND}/24 dev s0; ip -n behind link set s0 up; ip -n behind route add default via 10.9.2.1
        echo 1 >/proc/sys/net/ipv4/ip_forward
        echo 1 >/proc/sys/net/ipv4/conf/c0/rp_filter
        ip route add 10.77.0.0/24 via {BEHIND}
        ip route add blackhole 10.66.1.0/24; ip route add prohibit 10.66.2.0/24
        echo 1 >/proc/sys/net/ipv4/neigh/b0/mcast_solicit; echo 100 >/proc/sys/net/ipv4/neigh/b0/retrans_time_ms
        iptables-legacy -A INPUT -p tcp --dport 1004 -j DROP
        iptables-legacy -A INPUT -p tcp --dport 1021 -j REJECT
        iptables-legacy -t raw -A PREROUTING -p tcp --dport 1020 -j DROP
        ip6tables-legacy -A INPUT -p tcp --dport 1004 -j DROP
        ip netns exec client iptables-legacy -A INPUT -p tcp --sport 1024 -j DROP
    ''')
    for table in re.split(r'\n(?=table)', RULES.strip()):
        name = table.split()[1]
        if subprocess.run(['nft', '-f', '-'], input=table, text=True, capture_output=True, check=False).returncode:
            if name == 'inet':
                raise RuntimeError('nft does not take the rules')
            without.add(f'nft {name}')
    if not sh('ip link add br0 type bridge', check=False):
        without.add('nft bridge')
    else:
        sh('''
            for i in 1 2; do
                ip netns add br$i; ip link add p$i type veth peer name s0 netns br$i; ip link set p$i master br0 up
                ip -n br$i addr add 10.9.5.$i/24 dev s0; ip -n br$i link set s0 up
            done
            ip link set br0 up''')
    # All that comes by x0 and t0 is dropped, so neighbours are told.
    path = pathlib.Path(folder) / 'drop.c'
    path.write_text(BPF)
    has_bpf = sh(f'clang -target bpf -O2 -c {path} -o {path}.o', check=False)
    for dev, net, name, command in (
            ('x0', 3, 'generic XDP', f'ip link set x0 xdpgeneric obj {path}.o sec xdp'),
            ('t0', 4, 'tc ingress', f'tc qdisc add dev t0 clsact && tc filter add dev t0 ingress protocol ip bpf obj {path}.o sec tc da')):
        sh(f'''
            ip link add {dev} address 02:00:00:00:00:0{net} type veth peer name {dev} netns client; ip addr add 10.9.{net}.1/24 dev {dev}
            ip link set {dev} up; ip -n client addr add 10.9.{net}.2/24 dev {dev}; ip -n client link set {dev} up
            ip -n client neigh add 10.9.{net}.1 lladdr 02:00:00:00:00:0{net} dev {dev} nud permanent''')
        if not has_bpf or not sh(command, check=False):
            without.add(name)
    return without


def attempt(namespace, *targets):
    """connect()s at once, from a namespace; each target is "address port [from]"."""
    text = '''
import select, socket, sys, time
all = []
options = {'v4': (0, socket.IP_OPTIONS, b'\\x01' * 4), 'v6': (41, socket.IPV6_DSTOPTS, b'\\x00\\x00\\x01\\x04' + bytes(4))}
for target in sys.argv[1:]:
    address, port, source, kind = (target.split() + ['', ''])[:4]
    s = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET,
                      socket.SOCK_STREAM if kind == '' else socket.SOCK_DGRAM)
    if kind in options:
        s.setsockopt(*options[kind])
    s.setblocking(False)
    if source not in ('', '-'):
        s.bind((source, 0))
    try:
        s.connect((address, int(port)))
        if kind:
            s.send(b'x' * (4000 if kind == 'long' else 1))
    except OSError:
        pass
    all.append(s)
time.sleep(float(sys.stdin.readline()))
'''
    command = ['ip', 'netns', 'exec', namespace] if namespace else []
    return subprocess.Popen([*command, sys.executable, '-c', text, *targets], stdin=subprocess.PIPE, text=True)


def provoke():
    filtered = socket.create_server((SERVER, 1007))
    accept_nothing = struct.pack('HBBI', 6, 0, 0, 0)
    code = (len(accept_nothing) // 8, accept_nothing)
    buffer = ctypes_buffer(code[1])
    filtered.setsockopt(socket.SOL_SOCKET, 26, struct.pack('HL', code[0], buffer[1]))
    listens = socket.create_server((SERVER, 1024))
    own = [f'{SERVER} {p}' for p in (1001, 1002, 1003, 1004, 1006, 1007, 1015, 1018, 1020, 1021, 1024)]
    other = [f'{SERVER} 1005 10.77.0.5', f'{SERVER} 1016 - udp', f'{SERVER} 1026 - v4', f'{SERVER} 1027 - long', '10.9.4.1 1008', '10.66.1.1 1009', '10.66.2.1 1010',
             '10.9.3.1 1011', '10.9.2.99 1013', f'{BEHIND} 1014', f'{BEHIND} 1017', f'{BEHIND} 1022']
    six = [f'{SERVER6} {p}' for p in (1001, 1004, 1006, 1015)] + [f'{SERVER6} 1026 - v6']
    running = [attempt('client', *own, *other, *six), attempt(None, f'{CLIENT} 1012', f'{CLIENT6} 1012', f'{CLIENT} 1023'),
               attempt('br1', '10.9.5.2 1019'),
               # What happens elsewhere is not told.
               attempt('behind', '127.0.0.1 1099')]
    for p in running:
        p.stdin.write('1.4\n')
        p.stdin.close()
    for p in running:
        p.wait()
    filtered.close()
    listens.close()


def ctypes_buffer(data):
    import ctypes
    buffer = ctypes.create_string_buffer(data, len(data))
    KEPT.append(buffer)
    return buffer, ctypes.addressof(buffer)


KEPT = []


def events_of(text):
    for line in text.splitlines():
        if line.startswith('what='):
            yield dict(word.split('=', 1) for word in line.split(' '))


def is_one(event, expected):
    what, reason, place, hook, engine = expected
    return (event['what'] == what and re.fullmatch(reason, event['reason']) and re.fullmatch(place, event['place'])
            and (event['hook'], event['engine']) == (hook, engine))


def judge(events, table, is_v6, without):
    bad = 0
    for name, (port, all_expected) in table.items():
        if any(w == name or name.startswith(w) for w in without):
            print(f'{name}: skipped, this kernel has it not')
            continue
        found = [e for e in events if str(port) in (e['from_port'], e['to_port']) and (':' in e['to']) == is_v6]
        for expected in all_expected:
            if not any(is_one(e, expected) for e in found):
                bad += 1
                print(f'{name}: no {expected}; but')
                for e in found:
                    print('   ', *(f'{k}={v}' for k, v in e.items()))
        if any(e['what'] == NOT.get(name) for e in found):
            bad += 1
            print(f'{name}: has {NOT[name]}, but should not')
    return bad


class Watch:
    def __init__(self, program, *options):
        self.p = subprocess.Popen([program, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.first = self.p.stdout.readline().strip()

    def end(self):
        return self.p.communicate()[0]


def test_faults(args, without):
    w = Watch(args.watch, *(['-o', args.keep_stream] if args.keep_stream else []))
    print(w.first)
    sh('iptables-legacy -L -n >/dev/null')
    provoke()
    said = w.end()
    if args.verbose:
        print(said)
    events = list(events_of(said))
    bad = judge(events, EXPECTED, False, without) + judge(events, V6, True, without)
    if not any(e['what'] == 'neighbour' and e['to'] == '10.9.2.99' for e in events):
        bad += 1
        print('no neighbour: no event of it')
    if any(e['to_port'] == '1099' for e in events):
        bad += 1
        print('an event of another namespace was told')
    if not any(e['protocol'] == '17' and e['to_port'] == '0' and e['to'] == SERVER for e in events):
        bad += 1
        print('a later fragment was not told')
    if 'attached=1 lost=0 error=0' not in said:
        bad += 1
        print(said.splitlines()[-1])
    return bad


def test_filter(args):
    """Only the flow that is asked for; and what it does is told at once."""
    w = Watch(args.watch, '-p', '1001', '-c', CLIENT)
    p = attempt('client', f'{SERVER} 1001', f'{SERVER} 1006')
    p.communicate('0.2\n')
    q = attempt('client', f'{SERVER6} 1001')
    q.communicate('0.1\n')
    events = list(events_of(w.end()))
    ports = {e['to_port'] for e in events if e['protocol'] == '6'}
    if ports != {'1001'} or any(':' in e['to'] and e['protocol'] == '6' for e in events):
        print(f'filter: {ports}')
        return 1
    return 0


NARROW = [('1001', CLIENT), ('1001', CLIENT6), ('1004', CLIENT6), ('1026', CLIENT), ('1026', CLIENT6), ('1027', CLIENT),
          ('1015', SERVER6), ('1001', '10.9.7.7'), (None, CLIENT), (None, SERVER6), ('1016', None)]


def packets_of(said):
    """What was dropped, and how often."""
    found = {}
    for e in events_of(said):
        if e['what'] == 'packet':
            key = tuple(e[k] for k in ('protocol', 'from', 'from_port', 'to', 'to_port', 'icmp', 'reason', 'place', 'flags'))
            found[key] = found.get(key, 0) + int(e['count'])
    return found


def is_asked(key, port, client):
    protocol, source, source_port, to, to_port, icmp = key[:6]
    if protocol == '58' and icmp.split('/')[0] in ('135', '136'):
        return True
    if client and client not in (source, to):
        return False
    # A later fragment, and ICMP, have none.
    return not port or (source_port, to_port) == ('0', '0') or port in (source_port, to_port)


def test_narrow(args):
    """Who asks for less is told all of that, and nothing else: all watch the same."""
    wide = Watch(args.watch)
    watches = [Watch(args.watch, *(['-p', port] if port else []), *(['-c', client] if client else []))
               for port, client in NARROW]
    provoke()
    told = packets_of(wide.end())
    bad = 0
    for (port, client), w in zip(NARROW, watches):
        expected = {k: n for k, n in told.items() if is_asked(k, port, client)}
        got = packets_of(w.end())
        # It ended later, and may have seen more.
        differ = {k for k in expected if got.get(k, 0) < expected[k]} | {k for k in got if not is_asked(k, port, client)}
        if differ:
            bad += 1
            print(f'port {port}, client {client}: {[(k, expected.get(k), got.get(k)) for k in differ]}')
    print(f'{len(told)} kinds of packets; narrowed to', *(sum(is_asked(k, *q) for k in told) for q in NARROW))
    return bad


def test_connect(args):
    """connect() of a tree of processes, and of nobody else."""
    code = ('import socket,sys\n'
            f's = socket.socket()\ntry: s.connect(("{SERVER}", int(sys.argv[1])))\nexcept OSError: pass')
    script = f'read go; {sys.executable} -c "$0" 1030; ({sys.executable} -c "$0" 1031; true)'
    tree = subprocess.Popen(['sh', '-c', script, code], stdin=subprocess.PIPE, text=True)
    w = Watch(args.watch, '-t', str(tree.pid))
    subprocess.run([sys.executable, '-c', code, '1032'], check=True)
    tree.communicate('go\n')
    events = [e for e in events_of(w.end()) if e['what'] == 'connect']
    got = {(e['to_port'], e['error']) for e in events}
    if got != {('1030', '111'), ('1031', '111')} or not all(e['from_port'] != '0' for e in events):
        print(f'connect: {events}')
        return 1
    return 0


def test_healthy(args):
    """Of what works nothing is told but the states of its sockets."""
    w = Watch(args.watch)
    listens = {family: socket.create_server((address, 1025), family=family)
               for family, address in ((socket.AF_INET, SERVER), (socket.AF_INET6, SERVER6))}
    code = ('import socket,sys\nfor a in sys.argv[1:]:\n'
            '    s = socket.create_connection((a, 1025)); s.sendall(b"x" * 100000); s.shutdown(1)\n'
            '    while s.recv(65536): pass\n')
    p = subprocess.Popen(['ip', 'netns', 'exec', 'client', sys.executable, '-c', code, SERVER, SERVER6])
    for one in listens.values():
        s, _ = one.accept()
        while s.recv(65536):
            pass
        s.sendall(b'y' * 100000)
        s.close()
    p.wait()
    told = [e for e in events_of(w.end()) if e['what'] != 'state' and '1025' in (e['from_port'], e['to_port'])]
    for e in told:
        print('healthy:', *(f'{k}={v}' for k, v in e.items()))
    return len(told)


def test_refused(args):
    """Who may not is told so."""
    done = subprocess.run([args.watch], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                          user=65534, group=65534, extra_groups=[])
    if done.returncode != 77 or 'not permitted' not in done.stdout:
        print(f'nobody: {done.returncode} {done.stdout}')
        return 1
    return 0


def test_killed(args):
    """Nothing is left in the kernel, killed at any moment."""
    bad = 0
    for delay in (0.005, 0.02, 0.04, 0.06, 0.1):
        p = subprocess.Popen([args.watch], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True)
        time.sleep(delay)
        p.send_signal(signal.SIGKILL)
        p.wait()
        end = time.monotonic() + 3
        while list(own_processes(args.watch)) and time.monotonic() < end:
            time.sleep(0.01)
        if list(own_processes(args.watch)):
            bad += 1
            print(f'killed after {delay} s: its collector still runs')
    # Listed before and after, and nobody's in between.
    left = program_ids() - held_ids()
    time.sleep(0.2)
    left &= program_ids()
    if left:
        bad += 1
        print(f'programs {left} are nobody\'s')
    return bad


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('watch')
    parser.add_argument('-v', '--verbose', action='store_true')
    parser.add_argument('--keep-stream', metavar='FILE')
    parser.add_argument('--inside', action='store_true', help=argparse.SUPPRESS)
    args = parser.parse_args()
    args.watch = os.path.abspath(args.watch)
    if os.geteuid() != 0:
        print('not root: not watched')
        return 77
    if not args.inside:
        command = ['unshare', '-n', '-m', sys.executable, __file__, '--inside', *sys.argv[1:]]
        return subprocess.run(command, check=False).returncode
    with tempfile.TemporaryDirectory() as folder:
        w = Watch(args.watch)
        w.end()
        if w.p.returncode == 77:
            print(w.first)
            return 77
        without = prepare(folder)
        bad = test_faults(args, without) + test_filter(args) + test_narrow(args) + test_connect(args) + test_healthy(args)
        bad += test_refused(args) + test_killed(args)
    print(f'{len(EXPECTED) + len(V6)} faults, {bad} differences')
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())

"""A small network of simulated hosts, each with its own network, mounts (/etc, /run, /var, /tmp, /dev), host name and /proc.

    lab = Lab('no-listener', seed=1)         # in a process of its own, see run.py: all dies with it
    lab.client, lab.router, lab.server       # and lab.router2 ('far'), lab.add_host('resolver', behind=lab.router)
    lab.server.addr4, lab.server.addr6, lab.server.address   # the last is of lab.family, which varies
    lab.server.run('ip route del default')   # waits, raises if it fails; the output is returned
    lab.server.start('sshd -D')              # a daemon; its .stop(), .signal(), .log()
    lab.server.fork(function, arguments)     # the same with a Python function
    lab.server.write('/etc/hosts.deny', 'ALL: ALL\\n')
    lab.port, lab.rng, lab.target, lab.command

Addresses, device names, ports, the firewall's engine and the family are drawn from the seed and the test's name.
"""
import contextlib
import ctypes
import fcntl
import heapq
import ipaddress
import os
import pathlib
import random
import select
import shlex
import signal
import socket
import struct
import subprocess
import sys
import time
import traceback

import spaces

ENGINES = ['iptables-legacy', 'iptables-nft', 'nft']
DEVICES = ['eth0', 'ens3', 'ens18', 'enp1s0', 'enp0s25', 'eno1', 'wan0']
PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
PATIENCE = 20  # seconds that a service may take to answer


class Skip(Exception):
    """This cannot be had here; the argument says why."""


def wait_until(what, claim, patience=PATIENCE):
    """claim() is asked until it holds."""
    end = time.monotonic() + patience
    while not claim():
        if time.monotonic() > end:
            raise TimeoutError(f'waited {patience} s for: {what}')
        time.sleep(0.005)


class Service:
    """What runs on a host; it and all that it starts are one process group."""

    def __init__(self, host, pid, log):
        self.host, self.pid, self.log_file = host, pid, log

    def alive(self):
        with contextlib.suppress(ChildProcessError):
            return os.waitpid(self.pid, os.WNOHANG) == (0, 0)
        return False

    def signal(self, number):
        """SIGSTOP: hangs without being dead."""
        os.killpg(self.pid, number)
        if number == signal.SIGSTOP:
            wait_until('it stops', lambda: self.state() in 'TZ')

    def state(self):
        return pathlib.Path(f'/proc/{self.pid}/stat').read_text().rpartition(')')[2].split()[0]

    def stop(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)

    def interrupt(self):
        """^C, for what has to tidy up."""
        os.killpg(self.pid, signal.SIGINT)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)

    def log(self):
        return self.log_file.read_text(errors='replace') if self.log_file.exists() else ''


class Network:
    """A wire or, with a bridge in a host of its own, a switch."""

    def __init__(self, lab, net4, net6):
        self.lab, self.net4, self.net6 = lab, net4, net6
        self.hosts = []

    def address(self, number):
        return str(self.net4[number]), str(self.net6[number])


class Host:
    """A simulated host: a process that holds its namespaces."""

    def __init__(self, lab, name):
        self.lab, self.name = lab, name
        self.devices, self.links = [], {}
        self.addr4 = self.addr6 = None
        self.services = 0
        self.holder = self._hold()
        self.proc = pathlib.Path(f'/proc/{self.holder}')
        self.root = self.proc / 'root'
        self.spaces = [os.open(self.proc / 'ns' / kind, os.O_RDONLY | os.O_CLOEXEC) for kind in ('net', 'uts', 'mnt')]
        self.write('/etc/resolv.conf', '')
        self.write('/etc/hosts', '127.0.0.1 localhost\n::1 localhost ip6-localhost\n')
        self.write('/etc/hosts.allow', '')
        self.write('/etc/hosts.deny', '')
        self.write('/etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n')
        self.sysctl('net.ipv6.conf.default.accept_dad=0', 'net.ipv6.conf.all.accept_dad=0',
                    'net.ipv6.conf.default.router_solicitations=0', 'net.ipv6.conf.default.accept_ra=0',
                    'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.default.rp_filter=0',
                    'net.ipv4.ping_group_range=0 2147483647')

    def _hold(self):
        reading, writing = os.pipe()
        pid = os.fork()
        if pid:
            os.close(writing)
            said = os.read(reading, 4096)
            os.close(reading)
            if said != b'made':
                raise RuntimeError(f'host {self.name}: {said.decode()}')
            return pid
        try:
            spaces.unshare(spaces.NEWNS | spaces.NEWNET | spaces.NEWUTS)
            socket.sethostname(self.name)
            self.lab.stage.make_root(self.name)
            os.setsid()
            os.write(writing, b'made')
            os.close(writing)
            while True:
                signal.pause()
        except BaseException:
            os.write(writing, traceback.format_exc().encode())
        finally:
            os._exit(1)

    # Where it is

    @property
    def address(self):
        """Of the family that this run is about."""
        return self.addr4 if self.lab.family == 4 else self.addr6

    @property
    def device(self):
        return self.devices[0]

    def device_to(self, other):
        """The device on the network that both are on."""
        return self.links[other.name]

    # What it does

    def _enter(self):
        os.setsid()
        for space in self.spaces:
            spaces.setns(space)
        os.chdir('/')

    def _environment(self):
        return {'PATH': PATH, 'LANG': 'C.UTF-8', 'LC_ALL': 'C.UTF-8', 'HOME': '/root', 'TERM': 'dumb', 'USER': 'root'}

    def popen(self, command, **options):
        """A subprocess.Popen on this host; user: a name or uid."""
        args = command if isinstance(command, (list, tuple)) else ['sh', '-ec', command]
        if options.pop('user', None):
            args = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', *args]
        environment = self._environment() | options.pop('env', {})
        return subprocess.Popen([str(a) for a in args], preexec_fn=self._enter, env=environment, **options)

    def run(self, command, *, check=True, input=None, timeout=30, user=None):
        """Waits for a command (a list, or a line of sh) and returns what it said."""
        process = self.popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             user=user)
        try:
            said, _ = process.communicate(input, timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            said, _ = process.communicate()
            raise TimeoutError(f'{self.name}: {command}: {timeout} s, and said {said}') from None
        if check and process.returncode != 0:
            raise RuntimeError(f'{self.name}: {command}: status {process.returncode}: {said}')
        return said

    def start(self, command, *, user=None, env=None):
        """A daemon that stays in the foreground."""
        self.services += 1
        log = self.root / f'var/log/service-{self.services}'
        with open(log, 'w', encoding='utf-8') as out:
            process = self.popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, user=user,
                                 env=env or {})
        process.returncode = 0  # Service waits for it
        service = Service(self, process.pid, log)
        service.command, service.user, service.env = command, user, env
        return service

    def fork(self, function, *arguments):
        """A Python function as a daemon."""
        self.services += 1
        log = self.root / f'var/log/service-{self.services}'
        sys.stdout.flush()
        pid = os.fork()
        if pid:
            return Service(self, pid, log)
        try:
            out = os.open(log, os.O_WRONLY | os.O_CREAT, 0o644)
            self._enter()
            null = os.open('/dev/null', os.O_RDONLY)
            for fd, to in ((null, 0), (out, 1), (out, 2)):
                os.dup2(fd, to)
            os.closerange(3, 100)
            function(*arguments)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(1)

    @contextlib.contextmanager
    def network(self):
        """This process's sockets are this host's for the time."""
        own = os.open('/proc/self/ns/net', os.O_RDONLY | os.O_CLOEXEC)
        spaces.setns(self.spaces[0])
        try:
            yield
        finally:
            spaces.setns(own)
            os.close(own)

    # What it is made of

    def path(self, name):
        """Links are followed as the host itself does: one to /lib/... must not lead to this machine's."""
        parts, here, links = pathlib.PurePosixPath(name).parts[::-1], [], 0
        parts = list(parts)
        while parts:
            part = parts.pop()
            path = self.root.joinpath(*here, part)
            if part in ('/', '..'):
                here = [] if part == '/' else here[:-1]
            elif path.is_symlink() and links < 40:
                parts += pathlib.PurePosixPath(os.readlink(path)).parts[::-1]
                links += 1
            else:
                here.append(part)
        return self.root.joinpath(*here)

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def read(self, name):
        return self.path(name).read_text()

    def sysctl(self, *settings):
        """name=value; a name may hold dots where the kernel's file does."""
        with self.network():
            for setting in settings:
                name, value = setting.split('=', 1)
                path = '/proc/sys/' + (name if '/' in name else name.replace('.', '/'))
                with open(path, 'w', encoding='ascii') as file:
                    file.write(value)

    def sysctl_value(self, name):
        """/proc/sys/net is of the network of whoever reads it; read() would give this process's."""
        with self.network():
            return pathlib.Path('/proc/sys', name.replace('.', '/')).read_text().strip()

    def ip(self, *lines):
        """Lines for `ip'; several are one process."""
        if len(lines) == 1:
            return self.run('ip ' + lines[0])
        return self.run(['ip', '-batch', '-'], input='\n'.join(lines) + '\n')

    def iptables(self, line, *, engine=None, family=None):
        """`iptables LINE' of the backend of this run (or another) and of the family of this run (or another)."""
        engine = engine or self.lab.xtables
        name = {4: 'iptables', 6: 'ip6tables'}[family or self.lab.family]
        return self.run(f'{name}-{engine.removeprefix("iptables-")} {line}')

    def nft(self, text):
        return self.run(['nft', '-f', '-'], input=text)

    def listening(self, port, transport='tcp'):
        """The local addresses (as /proc has them) that listen on a port."""
        found = []
        for version in ('', '6'):
            path = self.proc / 'net' / (transport + version)
            for line in path.read_text().splitlines()[1:]:
                _, local, _, state = line.split()[:4]
                if int(local.rpartition(':')[2], 16) == port and state == ('0A' if transport == 'tcp' else '07'):
                    found.append(local)
        return found

    def wait_listening(self, port, transport='tcp', service=None):
        def claim():
            if service and not service.alive():
                raise RuntimeError(f'{self.name}: died before it listened on {port}: {service.log()}')
            return self.listening(port, transport)
        wait_until(f'{self.name} listens on {transport}/{port}', claim)

    def connections(self, address, port):
        """How many TCP sockets of this host are on their way to, or with, a peer (SYN-SENT counts)."""
        wanted = socket.inet_pton(socket.AF_INET6 if ':' in address else socket.AF_INET, address)
        words = struct.unpack(f'={len(wanted) // 4}I', wanted)
        peer = ''.join(f'{w:08X}' for w in words) + f':{port:04X}'
        lines = (self.proc / 'net' / ('tcp6' if ':' in address else 'tcp')).read_text().splitlines()[1:]
        return sum(line.split()[2] == peer and line.split()[3] in ('01', '02') for line in lines)

    def can_connect(self, address, port, timeout=2.0, send=None, until=None):
        """By the kernel's own means, to check a fault by hand: True, or the error."""
        family = socket.AF_INET6 if ':' in address else socket.AF_INET
        with self.network(), socket.socket(family, socket.SOCK_STREAM) as s:
            s.settimeout(timeout)
            try:
                s.connect((address, port))
                if send:
                    s.sendall(send)
                if until is not None:
                    return s.recv(4096)
            except OSError as error:
                return error
            return True


class Lab:
    """layout: 'routed' (client - router - server), 'lan' (client and server on one switch, the router is its gateway),
    'far' (client - router - router2 - server)."""

    def __init__(self, name, seed, *, stage, layout='routed', family=None, engine=None):
        self.name, self.seed, self.stage, self.layout = name, seed, stage, layout
        self.rng = random.Random(f'{seed} {name}')
        self.family = self.rng.choice([4, 6])
        self.family = family or self.family
        self.engine = self.rng.choice(ENGINES)
        self.engine = engine or self.engine
        self.xtables = self.rng.choice(ENGINES[:2]) if self.engine == 'nft' else self.engine
        self.port = self.draw_port()
        self.expect = {}  # what a fault knows only when it is made: goes over EXPECT
        self.command = None
        self.wrap = []  # words before the program's own: what it is run by
        self.real_client = None  # the words of a client that `server' sees in place of check
        self.launcher = []  # the same on the server
        self.service = None
        self.at_end = []  # called when all was asked
        self.hosts, self.networks = {}, []
        # A veth hands a packet over within the sender's call, so that errors meet a locked socket; a thread between them
        # behaves as a real wire does. Both are met in practice.
        self.threaded = self.rng.random() < 0.5
        for host in {'routed': ('client', 'router', 'server'), 'lan': ('client', 'router', 'server', 'switch'),
                     'far': ('client', 'router', 'router2', 'server')}[layout]:
            self._new_host(host)
        getattr(self, '_lay_' + layout)()

    # Drawing

    def draw_port(self):
        return self.rng.choice([self.rng.randrange(1024, 10000), self.rng.randrange(10000, 30000)])

    def draw_network(self):
        """Two prefixes that nothing here has."""
        while True:
            r = self.rng
            first = r.choice([f'10.{r.randrange(256)}', f'172.{r.randrange(16, 32)}', f'192.168', f'100.{r.randrange(64, 128)}'])
            net4 = ipaddress.ip_network(f'{first}.{r.randrange(256)}.0/24')
            net6 = ipaddress.ip_network(f'fd{r.randrange(256):02x}:{r.randrange(1, 65536):x}:{r.randrange(1, 65536):x}:'
                                        f'{r.randrange(1, 256):x}::/64')
            if not any(net4.overlaps(n.net4) or net6.overlaps(n.net6) for n in self.networks):
                network = Network(self, net4, net6)
                self.networks.append(network)
                return network

    # Laying wires

    def _new_host(self, name):
        host = Host(self, name)
        self.hosts[name] = host
        setattr(self, name, host)
        return host

    def _device(self, host):
        name = self.rng.choice(DEVICES) if not host.devices else f'eth{len(host.devices)}'
        while name in host.devices:
            name += '1'
        host.devices.append(name)
        return name

    def connect(self, network, *hosts, switch=None, wire=None):
        """Hosts on a network; the first gets .1, the others drawn numbers below 100. Two hosts need no switch.

        wire: a function of (frame, outward), outward from the first host, that gives the seconds until the frame is handed
        over, or None: it is lost, or (seconds, what the frame became). Frames then go through a program,
        on a host of its own: lab.wire.
        """
        if wire:
            switch = self.wire = self._new_host(f'wire{len(self.hosts)}')
        numbers = [1, *self.rng.sample(range(2, 100), len(hosts) - 1)]
        links, ends = [], []
        for index, host in enumerate(hosts):
            end = (host, self._device(host))
            ends.append(end)
            if switch:
                links.append((end, (switch, f'port{len(switch.devices) + 1}')))
                switch.devices.append(f'port{len(switch.devices) + 1}')
        if not switch:
            links.append((ends[0], ends[1]))
        lines = [f'link add {a[1]} netns {a[0].holder} type veth peer name {b[1]} netns {b[0].holder}' for a, b in links]
        subprocess.run(['ip', '-batch', '-'], input='\n'.join(lines), text=True, check=True)
        if wire:
            switch.ip(*(f'link set {d} up' for d in switch.devices))
            for end in ends:
                plain_frames(*end)
            switch.fork(carry, switch.devices, wire)
        elif switch:
            switch.ip('link add br0 type bridge forward_delay 0 mcast_snooping 0', 'link set br0 up',
                      *(f'link set {d} master br0 up' for d in switch.devices))
        for (host, device), number in zip(ends, numbers):
            four, six = network.address(number)
            host.addr4, host.addr6 = host.addr4 or four, host.addr6 or six
            for other in hosts:
                if other is not host:
                    host.links[other.name] = device
            host.ip('link set lo up', f'addr add {four}/{network.net4.prefixlen} dev {device}',
                    f'addr add {six}/{network.net6.prefixlen} dev {device} nodad', f'link set {device} up')
            network.hosts.append((host, four, six, device))
        if self.threaded and not wire:
            for end in [e for link in links for e in link]:
                make_threaded(*end)

    def gateway(self, host, router):
        """host's default routes go to router, on the network that both are on."""
        for network in self.networks:
            there = {h.name: (four, six) for h, four, six, _ in network.hosts}
            if host.name in there and router.name in there:
                four, six = there[router.name]
                host.ip(f'route add default via {four}', f'route add ::/0 via {six}')
                return
        raise ValueError(f'{host.name} and {router.name} share no network')

    def on(self, host, network):
        """(v4, v6, device) of a host on a network."""
        return next((four, six, device) for h, four, six, device in network.hosts if h is host)

    def forwards(self, *routers):
        for router in routers:
            router.sysctl('net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1')

    def _lay_routed(self):
        self.forwards(self.router)
        self.client_net, self.server_net = self.draw_network(), self.draw_network()
        self.connect(self.client_net, self.router, self.client)
        self.connect(self.server_net, self.router, self.server)
        self.gateway(self.client, self.router)
        self.gateway(self.server, self.router)

    def _lay_lan(self):
        self.forwards(self.router)
        self.client_net = self.server_net = self.draw_network()
        self.connect(self.client_net, self.router, self.client, self.server, switch=self.switch)
        self.gateway(self.client, self.router)
        self.gateway(self.server, self.router)

    def _lay_far(self):
        self.forwards(self.router, self.router2)
        self.client_net, self.between, self.server_net = self.draw_network(), self.draw_network(), self.draw_network()
        self.connect(self.client_net, self.router, self.client)
        self.connect(self.between, self.router, self.router2)
        self.connect(self.server_net, self.router2, self.server)
        for host, router in ((self.client, self.router), (self.server, self.router2), (self.router2, self.router)):
            self.gateway(host, router)
        four, six, _ = self.on(self.router2, self.between)
        self.router.ip(f'route add {self.server_net.net4} via {four}', f'route add {self.server_net.net6} via {six}')

    def add_host(self, name, behind, wire=None):
        """One more host, on a wire of its own to a router (or to the server: a container). It becomes lab.NAME.

        wire: as connect() has it; lambda frame, outward: 0.1 is a wire of 100 ms.
        """
        host = self._new_host(name)
        self.forwards(behind)
        network = self.draw_network()
        setattr(self, name + '_net', network)
        self.connect(network, behind, host, wire=wire)
        self.gateway(host, behind)
        return host

    def name_server_in_hosts(self):
        """A name for the server, of both families, in the client's /etc/hosts."""
        name = f'{self.rng.choice(["app", "db", "mail", "shop", "git"])}{self.rng.randrange(1, 90)}.example'
        both = f'{self.server.addr4} {name}\n{self.server.addr6} {name}\n'
        self.client.write('/etc/hosts', self.client.read('/etc/hosts') + both)
        return name

    # What is asked

    def asks(self, scheme, *options, host=None, port=None):
        """check is given a URL of this scheme."""
        self.command = [f'{scheme}://' + host_port(host or self.address, port or self.port), *options]

    @property
    def address(self):
        """The server's address of this run's family."""
        return self.server.address

    @property
    def target(self):
        return host_port(self.address, self.port)


def host_port(host, port):
    return f'[{host}]:{port}' if ':' in host else f'{host}:{port}'


def ethtool(host, device, command, value):
    """One of the ETHTOOL_S... commands that take a number; refused is refused."""
    with host.network(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s, contextlib.suppress(OSError):
        words = (ctypes.c_uint32 * 2)(command, value)
        fcntl.ioctl(s, 0x8946, struct.pack('16sP16x', device.encode(), ctypes.addressof(words)))  # SIOCETHTOOL


def make_threaded(host, device):
    """Packets that a veth receives are handed on by a thread: GRO on makes it poll, and polling may be threaded."""
    ethtool(host, device, 0x2c, 1)  # ETHTOOL_SGRO
    with contextlib.suppress(OSError):
        (host.root / f'sys/class/net/{device}/threaded').write_text('1')


def plain_frames(host, device):
    """No frames above the MTU and none without a checksum: a program will read them."""
    for command in (0x17, 0x1f, 0x24):  # ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO
        ethtool(host, device, command, 0)


def carry(devices, wire):
    """The program between two ends of a wire."""
    sockets = []
    for device in devices:
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        s.bind((device, 3))
        # Frames are for the hosts' addresses, not for this device's.
        s.setsockopt(263, 1, struct.pack('iHH8x', socket.if_nametoindex(device), 1, 0))  # PACKET_ADD_MEMBERSHIP, promiscuous
        sockets.append(s)
    waiting, number = [], 0
    while True:
        timeout = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        for s in select.select(sockets, [], [], timeout)[0]:
            frame, where = s.recvfrom(65536)
            outward = s is sockets[0]
            delay = wire(frame, outward) if where[2] != socket.PACKET_OUTGOING else None
            delay, frame = delay if isinstance(delay, tuple) else (delay, frame)
            if delay is not None:
                number += 1
                heapq.heappush(waiting, (time.monotonic() + delay, number, outward, frame))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, outward, frame = heapq.heappop(waiting)
            sockets[1 if outward else 0].send(frame)


def quote(word):
    return shlex.quote(str(word))

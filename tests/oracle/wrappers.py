#!/usr/bin/python3
"""hosts.allow and hosts.deny, as libwrap reads them and as we do.

usage: wrappers.py CHECK_WRAPPERS LAB_ROOT [SEED [PAIRS]]

Files made from a seed are judged three times: by the library, which tells its line too; by tcpdmatch; and by tcpd, which is
given connections from addresses of a network of its own. LAB_ROOT is the folder of tests/netns/get-packages.
"""
import os
import pathlib
import random
import select
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / 'netns'))
import spaces  # noqa: E402  (found beside)

program = str(pathlib.Path(sys.argv[1]).resolve())
root = pathlib.Path(os.environ.get('KIRIWAKE_LAB_ROOT', sys.argv[2])).resolve()
seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
pairs = int(sys.argv[4]) if len(sys.argv) > 4 else 4000
CONNECTIONS = 48
CLIENTS = {'127.1.0.7': 'client.example.org', '127.1.0.8': None, '127.1.0.9': 'bad.example.org', '10.1.0.7': None,
           '10.1.0.70': 'x.tue.nl', '2001:db8::7': None, '::1': None}


def skip(why):
    print(why)
    sys.exit(77)


def run(*arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False, timeout=600)
    if done.returncode == 77:
        skip(done.stdout.strip())
    return done


def judge(name, *arguments):
    done = run(*arguments)
    print(name + ':', done.stdout.strip() or done.stderr.strip())
    return done.returncode == 0


def private_etc(folder):
    etc = folder / 'etc'
    etc.mkdir()
    for name in ('passwd', 'group', 'services', 'protocols', 'ld.so.cache', 'ld.so.conf'):
        if os.path.exists('/etc/' + name):
            (etc / name).write_bytes(pathlib.Path('/etc/' + name).read_bytes())
    (etc / 'nsswitch.conf').write_text('passwd: files\ngroup: files\nhosts: files\nnetgroup: files\n')
    (etc / 'hosts').write_text(''.join(f'{a} {n}\n' for a, n in CLIENTS.items() if n))
    for name in ('hosts.allow', 'hosts.deny'):
        (etc / name).touch()
    spaces.bind(str(etc), '/etc')


def child(connection, folder, daemon):
    """tcpd as inetd starts it, with /etc/hosts.allow and hosts.deny of its own."""
    spaces.unshare(spaces.NEWNS)
    for name in ('hosts.allow', 'hosts.deny'):
        if (folder / name).exists():
            spaces.bind(str(folder / name), '/etc/' + name)
    null = os.open('/dev/null', os.O_WRONLY)
    os.dup2(connection.fileno(), 0)
    os.dup2(connection.fileno(), 1)
    os.dup2(null, 2)
    os.execv(str(root / 'usr/sbin/tcpd'), [daemon])


class Case:
    def __init__(self, number, folder, draw):
        self.folder = folder / f'case{number}'
        self.folder.mkdir()
        self.daemon_name = draw.choice(['sshd', 'in.telnetd', 'vsftpd', 'x'])
        self.client = draw.choice(list(CLIENTS))
        run('--make', str(self.folder), str(seed * 100000 + number))
        daemon = folder / self.daemon_name
        if not daemon.exists():
            daemon.write_text('#!/bin/sh\necho served\n')
            daemon.chmod(0o755)
        family = socket.AF_INET6 if ':' in self.client else socket.AF_INET
        server = '2001:db8::1' if family == socket.AF_INET6 else '10.1.0.1'
        listener = socket.create_server((server, 0), family=family)
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.bind((self.client, 0))
        self.socket.connect(listener.getsockname()[:2])
        accepted, _ = listener.accept()
        self.port = listener.getsockname()[1]
        self.server = server
        self.pid = os.fork()
        if self.pid == 0:
            try:
                child(accepted, self.folder, str(daemon))
            finally:
                os._exit(3)
        accepted.close()
        listener.close()

    def tcpd_says(self, until):
        said = b''
        while time.monotonic() < until and select.select([self.socket], [], [], max(0, until - time.monotonic()))[0]:
            try:
                more = self.socket.recv(4096)
            except ConnectionError:
                more = b''
            if not more:
                break
            said += more
        os.waitpid(self.pid, 0)
        return 'allowed' if b'served' in said else 'twisted' if said else 'denied'

    def we_say(self):
        name = CLIENTS[self.client]
        done = run('--ask', str(self.folder), self.daemon_name, self.server, self.client, *([name] if name else []))
        return done.stdout.split()[0], done.stdout.strip()


def with_tcpd(folder):
    draw = random.Random(seed)
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    for address in ('10.1.0.1', '10.1.0.7', '10.1.0.70', '2001:db8::1', '2001:db8::7'):
        subprocess.run(['ip', 'address', 'add', address, 'dev', 'lo', *(['nodad'] if ':' in address else [])], check=True)
    cases = [Case(i, folder, draw) for i in range(CONNECTIONS)]
    until = time.monotonic() + 60
    wrong = known = 0
    counts = {}
    for case in cases:
        real = case.tcpd_says(until)
        ours, line = case.we_say()
        if ours == 'unknown':
            continue
        known += 1
        counts[real] = counts.get(real, 0) + 1
        # A command that says nothing, or not for long, looks like a refusal.
        if real != ours and not (ours == 'twisted' and real == 'denied'):
            wrong += 1
            print(f'tcpd: {case.folder.name}: {case.daemon_name} for {case.client}: {real}, we say {line}')
            for name in ('hosts.allow', 'hosts.deny', 'f'):
                path = case.folder / name
                print(f'--- {name}\n{path.read_bytes()!r}' if path.exists() else f'--- no {name}')
    print(f'tcpd: {known} connections of {len(cases)}, {counts}: {wrong} answers differ')
    return wrong == 0


if not (root / 'usr/sbin/tcpdmatch').exists():
    skip(f'no tcpd in {root}: tests/netns/get-packages fetches it')
if spaces.permitted():
    skip(spaces.permitted())
libraries = next(root.glob('usr/lib/*/libwrap.so.0'))
os.environ['LD_LIBRARY_PATH'] = str(libraries.parent)
spaces.unshare(spaces.NEWNS | spaces.NEWNET)
spaces.private()
with tempfile.TemporaryDirectory() as made:
    work = pathlib.Path(made)
    private_etc(work)
    fine = judge('libwrap', str(libraries), made, str(seed), str(pairs))
    fine = judge('tcpdmatch', '--match', str(root / 'usr/sbin/tcpdmatch'), made, str(seed), str(min(pairs, 400))) and fine
    fine = with_tcpd(work) and fine
    spaces.libc.umount2(b'/etc', spaces.DETACH)
sys.exit(0 if fine else 1)

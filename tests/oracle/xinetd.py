#!/usr/bin/python3
"""Whom xinetd lets in, asked of xinetd itself and of our reading of its file.

usage: xinetd.py CHECK_WRAPPERS LAB_ROOT [SEED]

Services are made from a seed, each with lists of its own; clients connect to all of them in a network of its own. LAB_ROOT
is the folder of tests/netns/get-packages.
"""
import os
import pathlib
import random
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / 'netns'))
import spaces  # noqa: E402  (found beside)

program = str(pathlib.Path(sys.argv[1]).resolve())
root = pathlib.Path(os.environ.get('KIRIWAKE_LAB_ROOT', sys.argv[2])).resolve()
draw = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
SERVICES = 120
FIRST_PORT = 7000
CLIENTS = ['10.1.0.7', '10.1.99.9', '10.3.5.6', '2001:db8::7', '2001:db9::7', '172.16.0.9']
WORDS = ['10.1.0.0', '10.1.0.7', '10.1.0.0/24', '10.1', '10', '10.{1,3}', '10.1.0.{5,7}', '0.0.0.0', '0.0.0.0/0', '10.1.0.0/16',
         '2001:db8::/32', '2001:db8::7', '2001:db8::7/128', '::', '::/0', '10.1.0', 'nosuch.example', '10.1.{0}',
         '10.1.0.0/255.255.255.0', '.example.org', '10.3.0.0/8', '10.1.0.7/31', '010.1.0.7', '10.1.0.{7}', '0xa.1.0.7',
         '::ffff:10.1.0.7', '::ffff:10.1.0.0/112', '10.1.300.1', '10.1.0.7x', '10.1.0.7/33', '172.16.0.0/12', '172.16.0.0',
         '2001:db9::/31', '2000::/3', '10.0.0.0/7', '10.3.5.0/30', '10.3.5.4/30', '172.16.0.8/29', '10.1.99.{8,9}', '172.{16}']


def skip(why):
    print(why)
    sys.exit(77)


def make_list(name):
    lines = []
    # What is in braces is several networks, of which we take none out alone.
    signs, words = draw.choice([(['=', '+=', '-='], [w for w in WORDS if '{' not in w]), (['=', '+='], WORDS)])
    for _ in range(draw.randint(0, 3)):
        lines.append(f'{name} {draw.choice(signs)} {" ".join(draw.sample(words, draw.randint(0, 3)))}')
    return lines


def make_conf():
    text = 'defaults\n{\n' + '\n'.join(make_list('only_from')[:1]) + '\n}\n'
    for number in range(SERVICES):
        lines = make_list('only_from') + make_list('no_access')
        draw.shuffle(lines)
        text += '\n'.join([f'service s{number}', '{', 'type = UNLISTED', f'port = {FIRST_PORT + number}', 'socket_type = stream',
                           'protocol = tcp', 'wait = no', 'user = root', 'server = /bin/echo', 'server_args = in',
                           'flags = IPv6 NOLIBWRAP', *lines, '}']) + '\n'
    return text


def is_let_in(client, port):
    family = socket.AF_INET6 if ':' in client else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.settimeout(10)
        s.bind((client, 0))
        try:
            s.connect(('2001:db8::1' if ':' in client else '10.1.0.1', port))
            return s.recv(100).startswith(b'in')
        except ConnectionError:
            return False


def wait_listening(port):
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with socket.socket() as s:
            if s.connect_ex(('10.1.0.1', port)) == 0:
                return
        time.sleep(0.1)
    sys.exit('xinetd does not listen')


if not (root / 'usr/sbin/xinetd').exists():
    skip(f'no xinetd in {root}: tests/netns/get-packages fetches it')
if spaces.permitted():
    skip(spaces.permitted())
os.environ['LD_LIBRARY_PATH'] = ':'.join(str(p.parent) for p in root.glob('usr/lib/*/libwrap.so.0'))
spaces.unshare(spaces.NEWNS | spaces.NEWNET)
spaces.private()
spaces.mount('none', '/run', 'tmpfs')
subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
for address in ['10.1.0.1', '2001:db8::1', *CLIENTS]:
    subprocess.run(['ip', 'address', 'add', address, 'dev', 'lo', *(['nodad'] if ':' in address else [])], check=True)
with tempfile.TemporaryDirectory() as made:
    conf = pathlib.Path(made) / 'xinetd.conf'
    conf.write_text(make_conf())
    ours = subprocess.run([program, '--xinetd', str(conf), *CLIENTS], capture_output=True, text=True, check=True).stdout.split()
    with subprocess.Popen([str(root / 'usr/sbin/xinetd'), '-dontfork', '-filelog', made + '/log', '-f', str(conf)]) as xinetd:
        wait_listening(FIRST_PORT + SERVICES - 1)
        wrong = 0
        for number, row in enumerate(ours):
            real = ''.join('1' if is_let_in(client, FIRST_PORT + number) else '0' for client in CLIENTS)
            if real != row:
                wrong += 1
                print(f's{number}: xinetd {real}, we {row}')
                print(conf.read_text().split('service s')[0] + conf.read_text().split('service s')[number + 1])
        xinetd.terminate()
print(f'xinetd: {len(ours)} services, {len(CLIENTS)} clients each: {wrong} rows differ')
sys.exit(1 if wrong or len(ours) != SERVICES else 0)

"""A ban ends while it is waited for: what the client then meets is a queue that is full."""
import os
import pathlib
import subprocess
import sys
import time

from services import accept_nothing, hold_connections

EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'symptom': 'syn-unanswered', 'timeout': 12, 'probe': False}
HEALTHY = False
SIDES = ('server',)
CONNECT = 'import socket, sys, time; time.sleep(2.5); s = socket.socket(int(sys.argv[1])); s.settimeout(4); s.connect_ex((sys.argv[2], int(sys.argv[3])))'


def is_asked(port):
    """Whether it is waited for an attempt."""
    for path in pathlib.Path('/proc').glob('[0-9]*/cmdline'):
        try:
            words = path.read_bytes().split(b'\0')
        except OSError:
            continue
        if b'server' in words and any(w.rpartition(b'/')[2] == b'%d' % port for w in words) and b'--no-wait' not in words:
            return True
    return False


def ban_for_a_while(port, element):
    while not is_asked(port):
        time.sleep(0.005)
    subprocess.run(['nft', 'add element ' + element], check=False)
    time.sleep(1.5)
    subprocess.run(['nft', 'delete element ' + element], check=False)
    os._exit(0)


def build(lab):
    lab.service = accept_nothing(lab.server, lab.port, backlog=4)
    kind = 'ip' if lab.family == 4 else 'ip6'
    lab.server.nft('add table inet lab')
    lab.server.nft('add chain inet lab input { type filter hook input priority 0; policy accept; }')
    lab.server.nft(f'add set inet lab banned {{ type ipv{lab.family}_addr; }}')
    lab.server.nft(f'add rule inet lab input {kind} saddr @banned drop')


def fault(lab):
    hold_connections(lab.router, lab.address, lab.port, 6)
    client = lab.client.addr4 if lab.family == 4 else lab.client.addr6
    lab.server.fork(ban_for_a_while, lab.port, f'inet lab banned {{ {client} }}')
    lab.real_client = [sys.executable, '-c', CONNECT, '2' if lab.family == 4 else '10', lab.address, str(lab.port)]

#!/usr/bin/python3
"""`server --probe', killed at any moment, leaves nothing: no device, rule, filter, program or half-open connection, though the client
never answers; and the next one tells the same.

usage: probe_killed.py KIRIWAKE [TIMES [SEED]]
"""
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import time

CLIENT, SERVER, PORT = '10.1.0.7', '10.1.0.1', 5555
RULES = '''table inet lab {
	chain input {
		type filter hook input priority 0; policy accept;
		iifname "kw*" drop
		iifname "eth0" tcp dport 80 counter drop
	}
}
'''
LEFT = {
    'links': 'ip -o link', 'addresses': 'ip -o -4 addr', 'routes': 'ip route; ip -6 route show table all | grep -v fe80',
    'rules': 'nft list ruleset | sed "s/packets.*bytes [0-9]*//"', 'filters': 'tc qdisc; tc filter show dev eth0 ingress',
    'half open': 'ss -Htan state syn-recv', 'settings': 'sysctl net.ipv4.conf net.netfilter 2>/dev/null | grep -v nf_conntrack_count',
}


def run(command):
    return subprocess.run(command, shell=True, capture_output=True, text=True, check=False).stdout


def build():
    for command in (
            'ip link set lo up', 'ip link add eth0 address 02:00:00:00:00:01 type veth peer name cl0',
            f'ip addr add {SERVER}/24 dev eth0', 'ip link set eth0 up', 'ip link set cl0 up',
            f'ip neigh add {CLIENT} lladdr 02:00:00:00:00:07 dev eth0'):
        subprocess.run(command, shell=True, check=True)
    subprocess.run(['nft', '-f', '-'], input=RULES, text=True, check=True)
    time.sleep(2)  # until links have their own addresses


def state():
    return {what: run(command) for what, command in LEFT.items()}


def probe(program, port):
    return subprocess.Popen([program, 'server', str(port), '--from', CLIENT, '--probe', '--no-local', '--json'],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True)


def told(program):
    """What is said of both ports."""
    said = [probe(program, port).communicate(timeout=20)[0] for port in (80, PORT)]
    return ['"proven"' in said[0] and '"firewall-drop-silent"' in said[0], '"healthy"' in said[1] and '"probe-answered"' in said[1]]


def differences(before, patience=5.0):
    """The kernel takes a namespace apart in its own time."""
    end = time.monotonic() + patience
    while True:
        after = state()
        differ = [what for what in before if before[what] != after[what]]
        if not differ or time.monotonic() > end:
            return [f'{what} before:\n{before[what]}after:\n{after[what]}' for what in differ]
        time.sleep(0.1)


def main(program, times, seed):
    rng = random.Random(seed)
    build()
    listener = socket.create_server((SERVER, PORT))
    before = state()
    wrong = [] if told(program) == [True, True] else ['it does not tell what becomes of its packets']
    for _ in range(times):
        process = probe(program, rng.choice((80, PORT)))
        time.sleep(rng.uniform(0, 0.4))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    wrong += differences(before)
    if told(program) != [True, True]:
        wrong.append('afterwards it tells something else')
    listener.close()
    print('\n'.join(wrong) or f'killed {times} times: nothing is left')
    return bool(wrong)


if __name__ == '__main__':
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if os.geteuid() or subprocess.run(['unshare', '--net', 'true'], check=False, stderr=subprocess.DEVNULL).returncode:
        sys.exit(77)
    if not os.environ.get('PROBE_KILLED'):
        os.environ['PROBE_KILLED'] = '1'
        os.execvp('unshare', ['unshare', '--net', '--mount', sys.executable, *map(str, [pathlib.Path(__file__).resolve(), *sys.argv[1:]])])
    arguments = sys.argv[1:] + ['20', '1'][len(sys.argv) - 2:]
    sys.exit(main(arguments[0], int(arguments[1]), arguments[2]))

#!/usr/bin/python3
"""Nothing outlives who is killed, at any moment: no rule, no table, no setting, no BPF program, no process.

usage: killed.py PROGRAM [--times N] [--seed N]

PROGRAM (killed) is begun and killed by SIGKILL after a random time; in turns alone, with its collectors, and with
everything that it began, its guardian too, after which the next run puts back what was left. 77 where there are no
namespaces.
"""
import argparse
import collections
import ctypes
import os
import pathlib
import random
import re
import signal
import struct
import subprocess
import sys
import time

LIBC = ctypes.CDLL(None, use_errno=True)
SUBREAPER, BPF_CALL = 36, {'x86_64': 321, 'aarch64': 280}.get(os.uname().machine, 0)
BPF_PROG_GET_NEXT_ID, BPF_PROG_GET_FD_BY_ID, BPF_OBJ_GET_INFO_BY_FD = 11, 13, 15
NF_LOG = pathlib.Path('/proc/sys/net/netfilter/nf_log')
JOURNAL = pathlib.Path('/run/kiriwake')
PATIENCE = 10


def sh(*command, text=None):
    return subprocess.run(command, input=text, text=True, check=True, stdout=subprocess.PIPE).stdout


def bpf(command, *words):
    """bpf(2) with these words; what the second one has become, or what it returns; None where it fails."""
    attr = ctypes.create_string_buffer(struct.pack(f'={len(words)}I', *words) + bytes(128 - 4 * len(words)))
    status = LIBC.syscall(BPF_CALL, command, attr, 128)
    if status < 0:
        return None
    return struct.unpack_from('=I', attr.raw, 4)[0] if command == BPF_PROG_GET_NEXT_ID else status


def name_of(number):
    """linux/bpf.h: struct bpf_prog_info has it at 64."""
    fd = bpf(BPF_PROG_GET_FD_BY_ID, number)
    if fd is None:
        return ''
    info = ctypes.create_string_buffer(128)
    pointer = ctypes.addressof(info)
    bpf(BPF_OBJ_GET_INFO_BY_FD, fd, 128, pointer & 0xffffffff, pointer >> 32)
    os.close(fd)
    return info.raw[64:80].split(b'\0')[0].decode(errors='replace')


def programs():
    """The ids of all of this machine's BPF programs that are named as ours."""
    found, at = set(), 0
    while BPF_CALL:
        at = bpf(BPF_PROG_GET_NEXT_ID, at, 0)
        if at is None:
            break
        if name_of(at).startswith('watch_'):
            found.add(at)
    return found


def held():
    """Those that somebody has: nobody of us is there any more."""
    found = set()
    for info in pathlib.Path('/proc').glob('[0-9]*/fdinfo/*'):
        try:
            found.update(int(n) for n in re.findall(r'^prog_id:\s*(\d+)', info.read_text(), re.M))
        except OSError:
            pass
    return found


def children(pid='self'):
    """All that descend from it and are not dead."""
    for task in pathlib.Path(f'/proc/{pid}/task').glob('*/children'):
        for child in task.read_text().split():
            stat = pathlib.Path(f'/proc/{child}/stat')
            try:
                if stat.read_text().rsplit(')', 1)[1].split()[0] != 'Z':
                    yield int(child)
                yield from children(child)
            except OSError:
                pass


def reap():
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def state():
    rules = sh('nft', 'list', 'ruleset') + sh('iptables-legacy-save') + sh('ip6tables-legacy-save')
    return {
        'rules': re.sub(r'^#.*\n|\[\d+:\d+\]', '', rules, flags=re.M),
        'settings': [pathlib.Path(NF_LOG, n).read_text() for n in ('2', '7', '10')],
        'journal': sorted(p.name for p in JOURNAL.iterdir()) if JOURNAL.exists() else [],
    }


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def until_alone(act, seconds):
    """Until nobody is there, eight times in a row: who is just changing its parent is not seen."""
    end, seen = time.monotonic() + seconds, 0
    while seen < 8 and time.monotonic() < end:
        now = list(children())
        seen = 0 if now else seen + 1
        for pid in now:
            act(pid)
        reap()
        time.sleep(0.003)
    return list(children())


def kill_all(first):
    """Whatever it has begun by now; a process that is born meanwhile is met in the next round."""
    kill(first)
    until_alone(kill, PATIENCE)


def wait_alone():
    return until_alone(lambda pid: None, PATIENCE)


def once(program, mode, how, delay):
    process = subprocess.Popen([program, mode], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    time.sleep(delay)
    if how == 'all':
        os.kill(process.pid, signal.SIGSTOP)
        kill_all(process.pid)
    elif how == 'collectors':
        for pid in list(children(process.pid)) + [p for p in children() if p != process.pid]:
            if 'guard' not in pathlib.Path(f'/proc/{pid}/comm').read_text():
                kill(pid)
        time.sleep(0.002)
        kill(process.pid)
    else:
        kill(process.pid)
    process.stdin.close()
    process.wait()
    return wait_alone()


def bpf_left(before):
    """What nobody has and is there all the same, for as long as we wait."""
    end = time.monotonic() + PATIENCE
    left = programs() - before - held()
    while left and time.monotonic() < end:
        time.sleep(0.1)
        left &= programs() - held()
    return left


def inside(args):
    LIBC.prctl(SUBREAPER, 1, 0, 0, 0)
    sh('mount', '-t', 'tmpfs', 'none', '/run')
    sh('nft', '-f', '-', text='table inet a { chain i { type filter hook input priority 0; tcp dport 22 accept; }; }')
    sh('iptables-legacy', '-A', 'INPUT', '-p', 'tcp', '--dport', '22', '-j', 'LOG')
    sh('ip6tables-legacy', '-A', 'INPUT', '-p', 'tcp', '--dport', '22', '-j', 'LOG')
    draw = random.Random(args.seed)
    before, watching = state(), programs()
    counted, failed = collections.Counter(), 0
    for number in range(args.times):
        mode = 'plain' if number % 19 == 18 else 'both'
        how = ('alone', 'all', 'collectors', 'all')[number % 4]
        try:
            left = once(args.program, mode, how, draw.uniform(0, 0.03))
        except OSError:    # died meanwhile
            left = wait_alone()
        touched = state() != before
        # The next run; a plain table has its time first.
        subprocess.run([args.program, 'restore'], check=False)
        end = time.monotonic() + PATIENCE
        while how != 'alone' and mode == 'plain' and state() != before and time.monotonic() < end:
            time.sleep(0.5)
            subprocess.run([args.program, 'restore'], check=False)
        now = state()
        counted[f'{mode}, {how}'] += 1
        counted['mended by the next run'] += touched
        # A guardian that has no name yet is taken for a collector.
        if touched and how == 'alone' or now != before or left:
            failed += 1
            what = [k for k in now if now[k] != before[k]] or ['left until the next run']
            print(f'{number}: {mode}, {how}: processes {left}, {" ".join(what)} {now["settings"]}', flush=True)
    new = bpf_left(watching)
    if new:
        failed += 1
        print(f'BPF programs left: {sorted(new)}')
    print(', '.join(f'{n} {what}' for what, n in counted.items()) + f': {failed} left something')
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    parser.add_argument('--times', type=int, default=50)
    parser.add_argument('--seed', type=int, default=int(time.time()))
    parser.add_argument('--inside', action='store_true')
    args = parser.parse_args()
    if args.inside:
        return inside(args)
    if os.geteuid() != 0 or subprocess.run(['unshare', '-n', '-m', 'true'], check=False).returncode:
        print('no namespaces here')
        return 77
    print(f'seed {args.seed}', flush=True)
    return subprocess.run(['unshare', '-n', '-m', sys.executable, __file__, args.program, '--times', str(args.times),
                           '--seed', str(args.seed), '--inside'], check=False).returncode


if __name__ == '__main__':
    sys.exit(main())

"""BPF programs of a cgroup of their own, in which a command is run.

    lab.wrap = in_cgroup('connect4')         # before the command's words

As a program: client_bpf.py HOOK COMMAND...: makes the cgroup, attaches a program that says no (or lets pass), runs the command in it, and
takes the cgroup away.
"""
import ctypes
import os
import pathlib
import signal
import struct
import subprocess
import sys
import time

from lab import Skip

# Program type, attach type of linux/bpf.h, what it says.
HOOKS = {'egress': (8, 1, 0), 'egress-pass': (8, 1, 1), 'ingress': (8, 0, 0), 'ingress-pass': (8, 0, 1), 'connect4': (18, 10, 0), 'connect6': (18, 11, 0),
         'netfilter': (32, 45, 0), 'netfilter-pass': (32, 45, 1)}
BPF_PROG_LOAD, BPF_PROG_ATTACH, BPF_LINK_CREATE = 5, 8, 28
SYS_BPF = {'x86_64': 321, 'aarch64': 280}.get(os.uname().machine)


def hierarchy():
    for line in pathlib.Path('/proc/self/mounts').read_text().splitlines():
        if line.split()[2] == 'cgroup2':
            return pathlib.Path(line.split()[1])
    return None


def in_cgroup(hook):
    where = hierarchy()
    if not where or not SYS_BPF or not os.access(where, os.W_OK):
        raise Skip('no cgroup2 that may be written')
    return [sys.executable, os.path.abspath(__file__), hook]


def bpf(command, attribute):
    libc = ctypes.CDLL(None, use_errno=True)
    room = ctypes.create_string_buffer(attribute.ljust(144, b'\0'))
    answer = libc.syscall(SYS_BPF, command, room, 144)
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


def load(hook):
    """r0 = 0; exit: no."""
    kind, where, answer = HOOKS[hook]
    code = ctypes.create_string_buffer(struct.pack('<BBhiBBhi', 0xb7, 0, 0, answer, 0x95, 0, 0, 0))
    licence = ctypes.create_string_buffer(b'GPL')
    attribute = struct.pack('<IIQQIIQII16sII', kind, 2, ctypes.addressof(code), ctypes.addressof(licence), 0, 0, 0, 0, 0,
                            b'deny', 0, where)
    return bpf(BPF_PROG_LOAD, attribute)


def at_netfilter(hook, family, number):
    """Stands at that hook (1: INPUT) for as long as the process lives."""
    bpf(BPF_LINK_CREATE, struct.pack('<IIIIIIiI', load(hook), 0, HOOKS[hook][1], 0, 2 if family == 4 else 10, number, 10, 0))
    print('attached', flush=True)
    time.sleep(1000)


def remove(folder):
    """What the command started may end after it."""
    for _ in range(100):
        try:
            return folder.rmdir()
        except OSError:
            time.sleep(0.02)


def main(hook, *command):
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it, and so would all it starts
    folder = hierarchy() / f'kiriwake-lab-{os.urandom(6).hex()}'
    folder.mkdir()
    try:
        place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        bpf(BPF_PROG_ATTACH, struct.pack('<IIII', place, load(hook), HOOKS[hook][1], 0))
        child = subprocess.Popen(command, preexec_fn=lambda: (folder / 'cgroup.procs').write_text('0'))
        try:
            return child.wait()
        except KeyboardInterrupt:
            return child.wait()
    finally:
        remove(folder)


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))

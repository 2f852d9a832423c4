"""A host of 2012: its kernel knows no bpf(2) and no nf_tables. The program is run on a new kernel that refuses both.

    lab.launcher = old_host.launcher()       # before the words of `kiriwake server'

As a program: old_host.py COMMAND...
"""
import ctypes
import os
import struct
import sys

# AUDIT_ARCH, and the numbers of bpf() and socket().
MACHINES = {'x86_64': (0xc000003e, 321, 41), 'aarch64': (0xc00000b7, 280, 198)}
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ERRNO = 0x7fff0000, 0x50000
EPERM, EPROTONOSUPPORT = 1, 93
AF_NETLINK, NETLINK_NETFILTER = 16, 12
NUMBER, ARCH, ARGUMENTS = 0, 4, 16  # in struct seccomp_data


def launcher():
    return [sys.executable, os.path.abspath(__file__)]


def program():
    """(operation, jump if equal, jump if not, operand)"""
    arch, bpf, make_socket = MACHINES[os.uname().machine]
    return [
        (LOAD, 0, 0, ARCH), (EQUAL, 0, 8, arch),
        (LOAD, 0, 0, NUMBER), (EQUAL, 7, 0, bpf), (EQUAL, 0, 5, make_socket),
        (LOAD, 0, 0, ARGUMENTS), (EQUAL, 0, 3, AF_NETLINK), (LOAD, 0, 0, ARGUMENTS + 16), (EQUAL, 0, 1, NETLINK_NETFILTER),
        (RETURN, 0, 0, ERRNO | EPROTONOSUPPORT), (RETURN, 0, 0, ALLOW), (RETURN, 0, 0, ERRNO | EPERM)]


def refuse():
    code = b''.join(struct.pack('=HBBI', *line) for line in program())
    room = ctypes.create_string_buffer(code)
    filter_ = ctypes.create_string_buffer(struct.pack('@HP', len(code) // 8, ctypes.addressof(room)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(22, 2, filter_, 0, 0) != 0:  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER: root may without no_new_privs
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


if __name__ == '__main__':
    refuse()
    os.execvp(sys.argv[1], sys.argv[1:])

"""Runs a command that may connect to these TCP ports only, by Landlock.

    lab.wrap = only_ports(22, 80)            # before the command's words
"""
import ctypes
import os
import struct
import sys

from lab import Skip

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
CONNECT_TCP, RULE_NET_PORT, KNOWS_TCP, NO_NEW_PRIVS = 2, 2, 4, 38
libc = ctypes.CDLL(None, use_errno=True)


def call(number, *arguments):
    answer = libc.syscall(number, *arguments)
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


def only_ports(*ports):
    try:
        if call(CREATE_RULESET, None, 0, 1) < KNOWS_TCP:
            raise Skip('Landlock is too old to know TCP')
    except OSError as error:
        raise Skip(f'no Landlock: {error}') from error
    return [sys.executable, os.path.abspath(__file__), *[str(p) for p in ports], '--']


def main(words):
    end = words.index('--')
    ruleset = call(CREATE_RULESET, struct.pack('<QQ', 0, CONNECT_TCP), 16, 0)
    for port in words[:end]:
        call(ADD_RULE, ruleset, RULE_NET_PORT, struct.pack('<QQ', CONNECT_TCP, int(port)), 0)
    libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0)
    call(RESTRICT_SELF, ruleset, 0)
    os.execvp(words[end + 1], words[end + 1:])


if __name__ == '__main__':
    main(sys.argv[1:])

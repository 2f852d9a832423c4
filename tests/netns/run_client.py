"""A program that connects, for `kiriwake run': run_client.py [--source ADDRESS[:PORT]] [--udp] [--wait S] [--files N] [--many N] HOST PORT

It tries the addresses of the name one after the other, as most programs do. Status 0: connected (UDP: an answer came).
--files: it may have so many descriptors, and has all but two; with --leak, all. --many: so many connections are held first.
"""
import argparse
import os
import resource
import socket
import sys


def source_of(value):
    if not value:
        return None
    host, colon, port = value.rpartition(':')
    if not colon or value.count(':') > 1 and not value.startswith('['):
        return value, 0
    return host.strip('[]'), int(port)


def fill(number, leaks):
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, number))
    held = []
    try:
        while True:
            held.append(os.open('/dev/null', os.O_RDONLY))
    except OSError:
        for fd in held[-2:] if not leaks else ():
            os.close(fd)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--source')
    parser.add_argument('--udp', action='store_true')
    parser.add_argument('--wait', type=float, default=3)
    parser.add_argument('--files', type=int)
    parser.add_argument('--leak', action='store_true')
    parser.add_argument('--many', type=int, default=0)
    parser.add_argument('host')
    parser.add_argument('port', type=int)
    args = parser.parse_args()
    kind = socket.SOCK_DGRAM if args.udp else socket.SOCK_STREAM
    last = None
    try:
        found = socket.getaddrinfo(args.host, args.port, type=kind)
    except OSError as error:
        print(error, file=sys.stderr)
        return 2
    held = [socket.create_connection((args.host, args.port), args.wait) for _ in range(args.many)]
    if args.files:
        fill(args.files, args.leak)
    for family, kind, protocol, _, address in found:
        try:
            with socket.socket(family, kind, protocol) as s:
                s.settimeout(args.wait)
                if args.source:
                    s.bind(source_of(args.source))
                s.connect(address)
                if args.udp:
                    s.send(b'?\n')
                    s.recv(100)
                return 0
        except OSError as error:
            last = error
    print(last, len(held), file=sys.stderr)
    return 1


if __name__ == '__main__':
    sys.exit(main())

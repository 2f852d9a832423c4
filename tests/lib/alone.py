"""A network that holds nothing but the loopback interface, for tests that send packets: nothing of this machine is met, and
nothing that is done to rules, routes or files of the name service is seen outside.

    why = alone.enter(folder)       # this process; needs root; why it cannot be had, or None
    alone.hosts('127.0.0.1 localhost\\n')
    with alone.listener('127.0.0.1', alone.web) as port: ...
"""
import contextlib
import os
import pathlib
import socket
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'netns'))

import spaces  # noqa: E402


def enter(folder):
    """folder: for the private files; whoever made it removes it."""
    if os.geteuid() != 0:
        return 'no root here'
    try:
        spaces.unshare(spaces.NEWNET | spaces.NEWNS)
        spaces.private()
        for name, text in {'hosts': '127.0.0.1 localhost\n::1 localhost\n', 'resolv.conf': 'nameserver 127.0.0.53\noptions timeout:1 attempts:1\n',
                           'nsswitch.conf': 'hosts: files dns\nservices: files\npasswd: files\ngroup: files\n'}.items():
            own = pathlib.Path(folder) / name
            own.write_text(text)
            if pathlib.Path('/etc', name).exists():
                spaces.mount(str(own.resolve()), os.path.realpath('/etc/' + name), flags=spaces.BIND)
    except OSError as why:
        return f'no namespaces here: {why}'
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    return None


def hosts(text):
    """What /etc/hosts says from here on."""
    pathlib.Path('/etc/hosts').write_text(text)


@contextlib.contextmanager
def listener(address, each, port=0):
    """Answers every connection with each(connection) until it is left; gives the port."""
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        s.bind((address, port))
        s.listen()

        def serve():
            while True:
                try:
                    connection = s.accept()[0]
                except OSError:
                    return
                with connection, contextlib.suppress(OSError):
                    each(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield s.getsockname()[1]
        finally:
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)
            thread.join(2)


def web(connection):
    """A web server's answer to anything."""
    connection.settimeout(5)
    connection.recv(4096)
    connection.sendall(b'HTTP/1.1 200 OK\r\nServer: lab\r\nContent-Length: 10\r\nConnection: close\r\n\r\nIt works.\n')


def inside(program):
    """Processes of that program that run in this network: their ids."""
    own, found = os.readlink('/proc/self/ns/net'), []
    for path in pathlib.Path('/proc').glob('[0-9]*'):
        with contextlib.suppress(OSError):
            if (path / 'comm').read_text().strip() == program and os.readlink(path / 'ns/net') == own:
                found.append(int(path.name))
    return found

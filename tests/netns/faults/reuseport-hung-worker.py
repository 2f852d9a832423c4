"""Two workers share the port; one was stopped, and what the kernel gives it hangs."""
import contextlib
import ctypes
import signal
import socket
import struct
import time

EXPECT = {'symptom': 'silent-after-connect'}


def worker(port, second):
    s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    s.bind(('::', port))
    s.listen(64)
    if second:
        # All connections are the second worker's: which one would have them is drawn by the kernel.
        program = ctypes.create_string_buffer(struct.pack('HBBI', 0x06, 0, 0, 1))
        s.setsockopt(socket.SOL_SOCKET, 51, struct.pack('HxxxxxxP', 1, ctypes.addressof(program)))  # SO_ATTACH_REUSEPORT_CBPF
    while True:
        connection, _ = s.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(b'220 mail.example ESMTP\r\n')
            while data := connection.recv(4096):
                connection.sendall(b'250 fine\r\n' * data.count(b'\n'))


def build(lab):
    first = lab.server.fork(worker, lab.port, False)
    lab.server.wait_listening(lab.port, service=first)
    lab.service = lab.server.fork(worker, lab.port, True)
    while len(lab.server.listening(lab.port)) < 2:
        time.sleep(0.01)
    time.sleep(0.1)
    lab.asks('smtp')


def fault(lab):
    lab.service.signal(signal.SIGSTOP)

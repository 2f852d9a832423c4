"""The service's socket takes signed segments only (RFC 2385, as BGP has it)."""
import socket
import struct

from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}


def fault(lab):
    if lab.family == 4:
        peer = struct.pack('=HH4s', socket.AF_INET, 0, socket.inet_pton(socket.AF_INET, lab.client.address))
    else:
        peer = struct.pack('=HHI16sI', socket.AF_INET6, 0, 0, socket.inet_pton(socket.AF_INET6, lab.client.address), 0)
    key = struct.pack('=128sBBHi80s', peer, 0, 0, 6, 0, b'secret')

    def signed(listener):
        listener.setsockopt(socket.IPPROTO_TCP, 14, key)  # TCP_MD5SIG
    lab.service.stop()
    lab.service = some_service(lab, prepare=signed, address='0.0.0.0' if lab.family == 4 else '::')

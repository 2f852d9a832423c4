"""The service's socket has a filter that takes nothing."""
import ctypes
import socket
import struct

from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}


def take_nothing(listener):
    program = ctypes.create_string_buffer(struct.pack('HBBI', 0x06, 0, 0, 0))  # ret 0
    listener.setsockopt(socket.SOL_SOCKET, 26, struct.pack('HxxxxxxP', 1, ctypes.addressof(program)))  # SO_ATTACH_FILTER


def fault(lab):
    lab.service.stop()
    lab.service = some_service(lab, prepare=take_nothing)

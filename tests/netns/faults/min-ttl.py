"""The service takes only what comes from its own network (IP_MINTTL)."""
import socket

from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}


def near_only(listener):
    listener.setsockopt(socket.IPPROTO_IPV6, 73, 255)  # IPV6_MINHOPCOUNT
    listener.setsockopt(socket.IPPROTO_IP, 21, 255)  # IP_MINTTL


def fault(lab):
    lab.service.stop()
    lab.service = some_service(lab, prepare=near_only)

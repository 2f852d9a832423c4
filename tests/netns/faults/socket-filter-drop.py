"""The service's socket has a filter that takes nothing."""
from drops import socket_filter
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}


def fault(lab):
    lab.service.stop()
    lab.service = some_service(lab, prepare=socket_filter(0))

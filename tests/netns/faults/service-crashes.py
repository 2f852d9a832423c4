"""The service dies at every connection and is started again."""
import os

from services import sshd, tcp_server

EXPECT = {'symptom': ['closed-after-connect', 'reset-after-connect']}
EXPECT_SERVER = {'or': ['service-closes-at-once', 'service-resets-at-once'], 'set': ['backend-down']}  # how a child of the service ended, nobody can see


def build(lab):
    lab.service = sshd(lab.server, lab.port)
    lab.asks('ssh')


def fault(lab):
    lab.service.stop()
    lab.service = tcp_server(lab.server, lab.port, lambda connection: os.abort())

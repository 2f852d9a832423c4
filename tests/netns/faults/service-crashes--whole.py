"""The whole service dies at every connection, and is started again at once."""
import os
import socket
import time

from services import banner_server

EXPECT = {'symptom': ['closed-after-connect', 'reset-after-connect']}
EXPECT_SERVER = {'symptom': ['closed-after-connect', 'reset-after-connect', 'refused-by-rst'],
                 'or': ['service-closes-at-once', 'service-resets-at-once', 'no-listener'], 'set': ['backend-down']}  # whether it is seen before or after


def build(lab):
    lab.service = banner_server(lab.server, lab.port)
    lab.asks('smtp')


def keeps_starting(port):
    while True:
        child = os.fork()
        if child == 0:
            s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(('::', port))
            s.listen(16)
            s.accept()
            os.abort()
        os.waitpid(child, 0)
        time.sleep(0.05)


def fault(lab):
    lab.service.stop()
    lab.service = lab.server.fork(keeps_starting, lab.port)
    lab.server.wait_listening(lab.port, service=lab.service)

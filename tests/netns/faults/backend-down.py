"""The proxy takes the connection; the service behind it was stopped."""
from services import haproxy, sshd

EXPECT = {'symptom': ['closed-after-connect', 'reset-after-connect']}


def build(lab):
    lab.service = sshd(lab.server, 22)
    haproxy(lab.server, lab.port, ['127.0.0.1:22'], lines=['retries 0'])
    lab.asks('ssh')


def fault(lab):
    lab.service.stop()

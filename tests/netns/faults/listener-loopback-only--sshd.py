"""sshd is told in its file to listen on the loopback only."""
from services import sshd

EXPECT = {'symptom': 'refused-by-rst'}


def build(lab):
    lab.kind = 'sshd'
    lab.service = sshd(lab.server, lab.port)


def fault(lab):
    lab.service.stop()
    lab.service = sshd(lab.server, lab.port, address='127.0.0.1' if lab.family == 4 else '::1')

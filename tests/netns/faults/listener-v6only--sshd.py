"""sshd is told in its file to listen by IPv6 only, and is asked by IPv4."""
from services import sshd

FAMILY = 4
EXPECT = {'symptom': 'refused-by-rst'}


def build(lab):
    lab.kind = 'sshd'
    lab.service = sshd(lab.server, lab.port)


def fault(lab):
    lab.service.stop()
    lab.service = sshd(lab.server, lab.port, address='::')

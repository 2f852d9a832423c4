"""The service was stopped in its tracks (SIGSTOP): the kernel still takes connections for it."""
import signal

from services import sshd

EXPECT = {'symptom': 'silent-after-connect'}


def build(lab):
    lab.service = sshd(lab.server, lab.port)
    lab.asks('ssh')


def fault(lab):
    lab.service.signal(signal.SIGSTOP)

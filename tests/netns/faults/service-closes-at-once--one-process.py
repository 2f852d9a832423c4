"""One process serves all, and closes every connection at once: it lives on, and has no child that could have died."""
from services import one_process_closer, sshd

EXPECT = {'symptom': ['closed-after-connect', 'reset-after-connect'], 'cause': 'service-closes-at-once'}


def build(lab):
    lab.service = sshd(lab.server, lab.port)
    lab.asks('ssh')


def fault(lab):
    lab.service.stop()
    lab.service = one_process_closer(lab.server, lab.port)

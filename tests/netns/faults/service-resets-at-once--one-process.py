"""One process serves all, and resets every connection at once."""
from services import one_process_closer, sshd

EXPECT = {'symptom': 'reset-after-connect', 'cause': 'service-resets-at-once'}


def build(lab):
    lab.service = sshd(lab.server, lab.port)
    lab.asks('ssh')


def fault(lab):
    lab.service.stop()
    lab.service = one_process_closer(lab.server, lab.port, resets=True)

"""Before it closes, the service asks the client's port 113, which is closed: a connection of its own that fails, and no backend."""
from services import one_process_closer, sshd

EXPECT = {'symptom': ['closed-after-connect', 'reset-after-connect'], 'cause': 'service-closes-at-once'}
EXPECT_SERVER = {'set': ['backend-down']}


def build(lab):
    lab.service = sshd(lab.server, lab.port)
    lab.asks('ssh')


def fault(lab):
    lab.service.stop()
    lab.service = one_process_closer(lab.server, lab.port, asks=113)

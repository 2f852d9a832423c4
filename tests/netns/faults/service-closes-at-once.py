"""Another program has the port and closes every connection at once."""
from services import closing_server, sshd

EXPECT = {'symptom': ['closed-after-connect', 'reset-after-connect']}
EXPECT_SERVER = {'set': ['service-crashes']}  # how a child of the service ended, nobody can see


def build(lab):
    lab.service = sshd(lab.server, lab.port)
    lab.asks('ssh')


def fault(lab):
    lab.service.stop()
    lab.service = closing_server(lab.server, lab.port)

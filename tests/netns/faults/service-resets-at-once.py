"""Another program has the port and resets every connection at once."""
from services import resetting_server, sshd

EXPECT = {'symptom': 'reset-after-connect'}
EXPECT_SERVER = {'set': ['service-crashes']}  # how a child of the service ended, nobody can see


def build(lab):
    lab.service = sshd(lab.server, lab.port)
    lab.asks('ssh')


def fault(lab):
    lab.service.stop()
    lab.service = resetting_server(lab.server, lab.port)

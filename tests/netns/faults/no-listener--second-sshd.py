"""The host's sshd was stopped; a second one, with a file of its own, runs on a port of its own."""
from services import sshd

EXPECT = {'symptom': 'refused-by-rst'}
EXPECT_SERVER = {'set': ['listener-wrong-port'], 'or': ['listener-wrong-port'], 'certainty': 'suspected'}


def build(lab):
    lab.port = 22
    lab.service = sshd(lab.server, 22)


def fault(lab):
    lab.service.stop()
    sshd(lab.server, lab.rng.choice([2222, 22022]))

"""The service accepts no connections and its queue is full."""
from services import accept_nothing, hold_connections

EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'symptom': 'syn-unanswered'}


def build(lab):
    lab.backlog = lab.rng.choice([8, 16, 32])
    lab.service = accept_nothing(lab.server, lab.port, backlog=lab.backlog)


def fault(lab):
    hold_connections(lab.router, lab.address, lab.port, lab.backlog + 1)

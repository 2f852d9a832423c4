"""A filter of the server's device drops its answers."""
from drops import tc

EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'symptom': ['synack-unanswered', 'syn-unanswered']}


def fault(lab):
    tc(lab.server, 'egress', lab.port)

"""A filter of the server's device drops before the firewall sees anything."""
from drops import tc

EXPECT = {'symptom': 'syn-unanswered'}


def fault(lab):
    tc(lab.server, 'ingress', lab.port)

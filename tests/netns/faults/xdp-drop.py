"""A program at the server's device (XDP) drops before anything sees the packet."""
from drops import xdp

EXPECT = {'symptom': 'syn-unanswered'}


def fault(lab):
    xdp(lab.server, lab.port)

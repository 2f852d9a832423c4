"""A program at the server's device (XDP) drops before anything sees the packet."""
from drops import xdp

EXPECT = {'symptom': 'syn-unanswered'}
# No capture sees what the program drops.
EXPECT_SERVER = {'symptom': ['syn-unanswered', 'not-enough-seen', 'none'], 'status': ['failing', 'unknown']}


def fault(lab):
    xdp(lab.server, lab.port)

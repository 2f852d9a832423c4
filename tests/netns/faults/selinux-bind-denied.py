"""SELinux did not let the daemon open its port."""
from selinux import denial, enforces
from services import banner_server

EXPECT = {'symptom': 'refused-by-rst'}
EXPECT_SERVER = {'certainty': 'suspected', 'set': ['no-listener']}
SIDES = ('server',)


def build(lab):
    lab.service = banner_server(lab.server, lab.port)


def fault(lab):
    lab.service.stop()
    enforces(lab.server)
    denial(lab.server, lab.port - 1)
    denial(lab.server, lab.port)

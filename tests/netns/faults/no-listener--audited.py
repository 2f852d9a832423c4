"""Nothing listens, and the audit log is full of what does not matter: another port, UDP, permissive, of before the last start."""
from selinux import denial, enforces
from services import banner_server

EXPECT = {'symptom': 'refused-by-rst'}
EXPECT_SERVER = {'certainty': 'proven'}
SIDES = ('server',)


def build(lab):
    lab.service = banner_server(lab.server, lab.port)


def fault(lab):
    lab.service.stop()
    enforces(lab.server)
    denial(lab.server, lab.port, at=1_500_000_000)
    denial(lab.server, lab.port, permissive=1)
    denial(lab.server, lab.port, transport='udp')
    denial(lab.server, lab.port - 1)
    denial(lab.server, lab.port, permission='name_connect')

"""sshd is told in its file to listen by IPv4 only; the name has both."""
from services import sshd

EXPECT = {'symptom': 'refused-by-rst', 'status': ['degraded']}
EXPECT_SERVER = {'family': 6, 'or': ['listener-wrong-address']}


def build(lab):
    lab.kind = 'sshd'
    lab.service = sshd(lab.server, lab.port)
    lab.asks('tcp', host=lab.name_server_in_hosts())


def fault(lab):
    lab.service.stop()
    lab.service = sshd(lab.server, lab.port, address='0.0.0.0')

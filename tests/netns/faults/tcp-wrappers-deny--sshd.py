"""hosts.deny has the client, and sshd reads it itself (libwrap, too, waits five seconds before it closes)."""
from services import sshd

EXPECT = {'symptom': ['closed-after-connect', 'silent-after-connect']}
EXPECT_SERVER = {'timeout': 12, 'symptom': ['closed-after-connect', 'silent-after-connect', 'reset-after-connect']}


def build(lab):
    lab.service = sshd(lab.server, lab.port)
    lab.asks('ssh')


def fault(lab):
    lab.server.write('/etc/hosts.deny', 'sshd: ALL\n')

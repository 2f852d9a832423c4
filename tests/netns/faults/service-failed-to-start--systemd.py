"""systemd's unit of the service ended with an error, and nothing has its port open."""
from lab import wait_until
from services import sshd
from systemd import state, systemd

EXPECT = {'symptom': 'refused-by-rst'}
EXPECT_SERVER = {'certainty': 'suspected', 'set': ['no-listener']}
SIDES = ('server',)
EXPECT_FIX = {'leaves': 'no-listener', 'why': 'its configuration is wrong: the plan says that it may fail again, and where it says why'}


def build(lab):
    lab.port = 22
    lab.service = sshd(lab.server, lab.port)
    lab.asks('ssh')


def fault(lab):
    lab.service.stop()
    lab.server.write('/etc/ssh/sshd_lab', 'PermitRootLogon no\n' + lab.server.read('/etc/ssh/sshd_lab'))
    lab.systemd = systemd(lab.server, {'ssh.service': '[Service]\nExecStart=/usr/sbin/sshd -D -f /etc/ssh/sshd_lab\n'}, ['ssh.service'])
    wait_until('the unit fails', lambda: state(lab.server, 'ssh.service') == 'failed')

"""sshd was started again after a change of its configuration that it does not understand."""
from services import sshd

EXPECT = {'symptom': 'refused-by-rst'}
EXPECT_SERVER = {'or': ['no-listener']}


def build(lab):
    lab.service = sshd(lab.server, lab.port)
    lab.asks('ssh')


def fault(lab):
    lab.service.stop()
    lab.server.write('/etc/ssh/sshd_lab', 'PermitRootLogon no\n' + lab.server.read('/etc/ssh/sshd_lab'))
    lab.server.run('/usr/sbin/sshd -f /etc/ssh/sshd_lab && exit 1 || true')

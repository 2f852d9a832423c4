"""haproxy is told in its file to listen on another device only."""
from services import haproxy, sshd

EXPECT = {'symptom': 'refused-by-rst'}
EXPECT_FIX = {'id': 'listener'}


def build(lab):
    sshd(lab.server, 22, address='127.0.0.1')
    lab.service = haproxy(lab.server, lab.port, ['127.0.0.1:22'])
    lab.asks('ssh')


def fault(lab):
    lab.service.stop()
    lab.server.ip('link add mgmt0 type bridge', 'link set mgmt0 up')
    lab.service = haproxy(lab.server, lab.port, ['127.0.0.1:22'], device='mgmt0')

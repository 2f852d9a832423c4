"""Others hold all the connections that sshd allows before a login."""
from services import hold_connections, sshd

EXPECT = {'symptom': ['closed-after-connect', 'reset-after-connect', 'service-error']}
EXPECT_SERVER = {'symptom': ['closed-after-connect', 'reset-after-connect', 'service-error']}


def build(lab):
    lab.service = sshd(lab.server, lab.port, options=['MaxStartups 4:100:4'], path='/etc/ssh/sshd_config')
    lab.asks('ssh')


def fault(lab):
    hold_connections(lab.router, lab.address, lab.port, 4)

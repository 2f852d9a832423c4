"""Others hold all the connections that the proxy takes."""
from services import haproxy, hold_connections, sshd

EXPECT = {'symptom': 'silent-after-connect'}


def build(lab):
    sshd(lab.server, 22, options=['MaxStartups 100', 'LoginGraceTime 0'])
    lab.service = haproxy(lab.server, lab.port, ['127.0.0.1:22'], lines=['maxconn 3', 'backlog 64'])
    lab.asks('ssh')


def fault(lab):
    hold_connections(lab.router, lab.address, lab.port, 4)

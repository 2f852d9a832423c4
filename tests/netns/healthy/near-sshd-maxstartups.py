"""Others hold some of the connections that sshd allows before a login."""
from services import hold_connections, sshd


def build(lab):
    lab.service = sshd(lab.server, lab.port, options=['MaxStartups 10:30:20'])
    hold_connections(lab.router, lab.address, lab.port, 4)
    lab.asks('ssh')

"""sshd, asked by its own protocol, behind two routers."""
from services import sshd

LAYOUT = 'far'


def build(lab):
    lab.service = sshd(lab.server, lab.port)
    lab.asks('ssh')

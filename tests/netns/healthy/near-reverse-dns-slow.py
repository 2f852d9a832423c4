"""The server's name server is silent, and the service asks it nothing."""
from services import resolves_by, silent_resolver, sshd


def build(lab):
    silent_resolver(lab)
    resolves_by(lab.server, lab.resolver.addr4)
    lab.service = sshd(lab.server, lab.port)
    lab.asks('ssh')

"""What listens asks a name server that is silent for another name than the client's, and says nothing: not the client's name."""
import socket

from services import resolves_by, silent_resolver, sshd, tcp_server

EXPECT = {'symptom': 'silent-after-connect', 'or': ['service-hung', 'backend-down']}
EXPECT_SERVER = {'skip': 'it may wait for anything'}


def build(lab):
    silent_resolver(lab)
    lab.service = sshd(lab.server, lab.port)
    lab.asks('ssh')


def looks_up(connection):
    try:
        socket.getaddrinfo('backend.example', 80)
    except OSError:
        connection.close()


def fault(lab):
    lab.service.stop()
    resolves_by(lab.server, lab.resolver.addr4)
    lab.service = tcp_server(lab.server, lab.port, looks_up)

"""Another service was stopped in its tracks, and a connection waits for it."""
import signal

from services import banner_server, hold_connections, some_service


def build(lab):
    lab.service = some_service(lab)
    banner_server(lab.server, lab.port + 1).signal(signal.SIGSTOP)
    hold_connections(lab.router, lab.address, lab.port + 1, 1)

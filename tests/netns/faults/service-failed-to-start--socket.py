"""The service that a socket unit starts fails each time, until systemd starts it no more and closes the socket."""
from lab import wait_until
from services import banner_server
from systemd import state, systemd

EXPECT = {'symptom': 'refused-by-rst'}
EXPECT_SERVER = {'certainty': 'proven', 'culprit': {'kind': 'process', 'unit': 'lab-web.service', 'result': 'exit-code'}}
EXPECT_FIX = {'applied': 'refused', 'why': 'what it starts fails again, and systemctl says so'}
SIDES = ('server',)


def build(lab):
    lab.service = banner_server(lab.server, lab.port)


def fault(lab):
    lab.service.stop()
    lab.systemd = systemd(lab.server, {'lab-web.socket': f'[Socket]\nListenStream={lab.port}\n',
                                       'lab-web.service': '[Service]\nExecStart=/bin/false\n'}, ['lab-web.socket'])

    def closes():
        lab.server.can_connect(lab.server.address, lab.port, timeout=0.2)
        return state(lab.server, 'lab-web.socket') == 'failed'
    wait_until('the socket is closed', closes)

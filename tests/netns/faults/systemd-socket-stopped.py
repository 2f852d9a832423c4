"""The socket unit was triggered too often, and systemd closed it."""
from lab import wait_until
from services import banner_server
from systemd import state, systemd

EXPECT = {'symptom': 'refused-by-rst'}
EXPECT_SERVER = {'certainty': 'proven', 'culprit': {'kind': 'config-line', 'file': '/etc/systemd/system/lab-web.socket'}}
EXPECT_FIX = {'applied': 'undone', 'why': 'what it starts there ends at once'}
SIDES = ('server',)


def build(lab):
    lab.service = banner_server(lab.server, lab.port)


def fault(lab):
    lab.service.stop()
    lab.systemd = systemd(lab.server, {'lab-web.socket': f'[Socket]\nListenStream={lab.port}\nAccept=yes\nTriggerLimitBurst=2\n',
                                       'lab-web@.service': '[Service]\nExecStart=/bin/true\n'}, ['lab-web.socket'])

    def closes():
        lab.server.can_connect(lab.server.address, lab.port, timeout=0.2)
        return state(lab.server, 'lab-web.socket') == 'failed'
    wait_until('the socket is closed', closes)

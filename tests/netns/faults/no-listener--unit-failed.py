"""Nothing listens, and some unit has failed: nobody can see whether it would serve the port."""
from lab import wait_until
from services import banner_server
from systemd import state, systemd

EXPECT = {'symptom': 'refused-by-rst'}
EXPECT_SERVER = {'certainty': 'suspected', 'set': ['service-failed-to-start']}
SIDES = ('server',)


def build(lab):
    lab.service = banner_server(lab.server, lab.port)


def fault(lab):
    lab.service.stop()
    lab.systemd = systemd(lab.server, {'lab-web.service': '[Service]\nExecStart=/bin/false\n'}, ['lab-web.service'])
    wait_until('the unit fails', lambda: state(lab.server, 'lab-web.service') == 'failed')

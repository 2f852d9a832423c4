"""SELinux did not let the daemon of a unit open its port; the unit has failed."""
from lab import wait_until
from selinux import denial, enforces
from services import banner_server
from systemd import state, systemd

EXPECT = {'symptom': 'refused-by-rst'}
EXPECT_SERVER = {'certainty': 'proven', 'culprit': {'kind': 'process', 'unit': 'lab-web.service', 'denied': 'name_bind'}}
SIDES = ('server',)


def build(lab):
    lab.service = banner_server(lab.server, lab.port)


def fault(lab):
    lab.service.stop()
    lab.systemd = systemd(lab.server, {'lab-web.service': '[Service]\nExecStart=/bin/false\n'}, ['lab-web.service'])
    wait_until('the unit fails', lambda: state(lab.server, 'lab-web.service') == 'failed')
    enforces(lab.server)
    denial(lab.server, lab.port, pid=state(lab.server, 'lab-web.service', 'ExecMainPID'))

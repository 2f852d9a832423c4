"""Nothing listens; systemd runs other services, and one that serves nobody has failed."""
from services import banner_server
from systemd import systemd

EXPECT = {'symptom': 'refused-by-rst'}
EXPECT_SERVER = {'certainty': 'proven'}
SIDES = ('server',)


def build(lab):
    lab.service = banner_server(lab.server, lab.port)


def fault(lab):
    lab.service.stop()
    lab.systemd = systemd(lab.server, {'lab-cron.service': '[Service]\nType=oneshot\nExecStart=/bin/false\n',
                                       'lab-web.service': '[Service]\nExecStart=/bin/sleep 1000\n'},
                          ['lab-cron.service', 'lab-web.service'])

"""The service closes every connection; hosts.deny is about others, and its program does not read it."""
from services import banner_server, closing_server

EXPECT = {'symptom': ['closed-after-connect', 'reset-after-connect']}
EXPECT_SERVER = {'symptom': ['closed-after-connect', 'reset-after-connect', 'reset-mid-stream'],
                 'set': ['service-crashes', 'backend-down', 'max-clients', 'nat-idle-timeout', 'duplicate-ip', 'dpi-rst']}


def build(lab):
    lab.server.write('/etc/hosts.deny', 'vsftpd: ALL\nALL: 198.51.100.\n')
    lab.service = banner_server(lab.server, lab.port)


def fault(lab):
    lab.service.stop()
    lab.service = closing_server(lab.server, lab.port)

"""The service closes every connection; hosts.deny is about others, and its program does not read it."""
from services import banner_server, closing_server, mute_client

EXPECT = {'symptom': ['closed-after-connect', 'reset-after-connect']}
EXPECT_SERVER = {'set': ['service-crashes']}  # how a child of the service ended, nobody can see


def build(lab):
    lab.server.write('/etc/hosts.deny', 'vsftpd: ALL\nALL: 198.51.100.\n')
    lab.service = banner_server(lab.server, lab.port)
    lab.real_client = mute_client(lab)


def fault(lab):
    lab.service.stop()
    lab.service = closing_server(lab.server, lab.port)

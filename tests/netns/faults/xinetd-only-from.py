"""xinetd takes connections from other addresses only."""
from services import xinetd

EXPECT = {'symptom': ['closed-after-connect', 'reset-after-connect']}


def build(lab):
    lab.service = xinetd(lab.server, lab.port, '/usr/sbin/telnetd')
    lab.asks('telnet')


def fault(lab):
    lab.service.stop()
    lab.service = xinetd(lab.server, lab.port, '/usr/sbin/telnetd', lines=[f'only_from = {lab.router.address}'])

"""xinetd takes connections of the client's network, and of no other."""
from services import xinetd


def build(lab):
    net = lab.client_net.net4 if lab.family == 4 else lab.client_net.net6
    lab.service = xinetd(lab.server, lab.port, '/usr/sbin/telnetd', lines=[f'only_from = {net}'])
    lab.asks('telnet')

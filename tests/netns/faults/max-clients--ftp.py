"""The FTP server has all the clients that it may have, and says so."""
from services import hold_connections, vsftpd

EXPECT = {'symptom': 'service-error'}


def build(lab):
    lab.service = vsftpd(lab.server, lab.port, options=['max_clients=3'])
    lab.asks('ftp')


def fault(lab):
    hold_connections(lab.router, lab.address, lab.port, 3)

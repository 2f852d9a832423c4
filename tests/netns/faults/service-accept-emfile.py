"""The service has no file descriptor left to accept with."""
from services import hold_connections, one_process_server

EXPECT = {'symptom': 'silent-after-connect'}


def build(lab):
    lab.service = one_process_server(lab.server, lab.port, b'220 mail.example ESMTP\r\n', files=24)
    lab.asks('smtp')


def fault(lab):
    hold_connections(lab.router, lab.address, lab.port, 30)

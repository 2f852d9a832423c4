"""Many connections are open, more than the backlog: all of them were accepted."""
from services import hold_connections, one_process_server


def build(lab):
    lab.service = one_process_server(lab.server, lab.port, b'220 mail.example ESMTP\r\n', backlog=4)
    hold_connections(lab.router, lab.address, lab.port, 12)
    lab.asks('smtp')

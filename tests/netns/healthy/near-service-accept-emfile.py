"""Another service has no file descriptor left; this one has many connections and many more descriptors."""
from services import hold_connections, one_process_server


def build(lab):
    one_process_server(lab.server, lab.port + 1, b'220 other\r\n', files=12)
    hold_connections(lab.router, lab.address, lab.port + 1, 20)
    lab.service = one_process_server(lab.server, lab.port, b'220 mail.example ESMTP\r\n', files=128)
    hold_connections(lab.router, lab.address, lab.port, 20)
    lab.asks('smtp')

"""hosts.deny denies all, and the service does not read it."""
from services import http_server


def build(lab):
    lab.server.write('/etc/hosts.deny', 'ALL: ALL\n')
    lab.service = http_server(lab.server, lab.port)
    lab.asks('http')

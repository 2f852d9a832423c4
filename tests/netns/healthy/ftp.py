"""vsftpd greets."""
from services import vsftpd


def build(lab):
    lab.service = vsftpd(lab.server, lab.port)
    lab.asks('ftp')

"""sshd is told in its file to listen on another address of the server."""
import ipaddress

from services import sshd

EXPECT = {'symptom': 'refused-by-rst'}


def build(lab):
    lab.kind = 'sshd'
    lab.service = sshd(lab.server, lab.port)
    lab.other = str(ipaddress.ip_address(lab.address) + 3)
    lab.server.ip(f'addr add {lab.other}/{24 if lab.family == 4 else 64} dev {lab.server.device}'
                  + (' nodad' if lab.family == 6 else ''))


def fault(lab):
    lab.service.stop()
    lab.service = sshd(lab.server, lab.port, address=lab.other)

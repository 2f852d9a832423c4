"""inetd is to start a program that is not there."""
from services import inetd, telnetd_behind_tcpd

EXPECT = {'symptom': ['closed-after-connect', 'reset-after-connect']}


def build(lab):
    lab.service = telnetd_behind_tcpd(lab.server, lab.port)
    lab.asks('telnet')


def fault(lab):
    lab.service.stop()
    lab.service = inetd(lab.server, f'{lab.port} stream tcp nowait root /usr/sbin/in.telnetd in.telnetd',
                        f'{lab.port} stream tcp6 nowait root /usr/sbin/in.telnetd in.telnetd')
    lab.server.wait_listening(lab.port, service=lab.service)

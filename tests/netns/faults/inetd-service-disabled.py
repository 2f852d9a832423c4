"""The line of inetd.conf was commented out."""
import os
import signal

from lab import wait_until
from services import telnetd_behind_tcpd

EXPECT = {'symptom': 'refused-by-rst'}


def build(lab):
    lab.service = telnetd_behind_tcpd(lab.server, lab.port)
    lab.asks('telnet')


def fault(lab):
    text = lab.server.read('/etc/inetd.conf')
    lab.server.write('/etc/inetd.conf', ''.join('#' + line + '\n' for line in text.splitlines()))
    os.kill(lab.service.pid, signal.SIGHUP)
    wait_until('inetd reads it', lambda: not lab.server.listening(lab.port))

"""inetd answers on this port itself, and its file has the line for UDP only."""
import os
import signal

from lab import wait_until
from services import inetd

EXPECT = {'symptom': 'refused-by-rst'}
EXPECT_FIX = {'id': 'superserver'}


def build(lab):
    name, lab.port = lab.rng.choice([('echo', 7), ('discard', 9), ('daytime', 13)])
    lab.service = inetd(lab.server, *[f'{name} {kind.format(six)} root internal' for six in ('', '6')
                                      for kind in ('stream tcp{} nowait', 'dgram udp{} wait')])
    lab.server.wait_listening(lab.port, service=lab.service)


def fault(lab):
    lines = lab.server.read('/etc/inetd.conf').splitlines()
    lab.server.write('/etc/inetd.conf', ''.join(line + '\n' for line in lines if ' dgram ' in line))
    os.kill(lab.service.pid, signal.SIGHUP)
    wait_until('inetd reads it', lambda: not lab.server.listening(lab.port))

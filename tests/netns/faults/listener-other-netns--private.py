"""The service's unit gives it a network of its own (PrivateNetwork): it listens where no client gets."""
import time

from services import some_service
from systemd import systemd

EXPECT = {'symptom': 'refused-by-rst'}
EXPECT_FIX = {'id': 'unit-network'}
SIDES = ('server',)


def build(lab):
    lab.service = some_service(lab)


def fault(lab):
    lab.service.stop()
    command = f'/usr/bin/python3 -m http.server --bind :: {lab.port}'
    lab.systemd = systemd(lab.server, {'lab-web.service': f'[Service]\nPrivateNetwork=yes\nExecStart={command}\n'},
                          ['lab-web.service'])
    lab.has_units = True
    time.sleep(1.5)

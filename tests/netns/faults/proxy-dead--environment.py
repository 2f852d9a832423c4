"""The proxy of the program's environment is down; the server that is asked for works."""
from services import http_server

SIDES = ('run',)
EXPECT = {'symptom': 'refused-by-rst', 'culprit': {'kind': 'config-line', 'name': 'http_proxy'}}
VARIANTS = [{'family': 4}, {'family': 6}]


def build(lab):
    lab.service = http_server(lab.server, lab.port)
    lab.add_host('proxy', behind=lab.router)
    lab.gate = http_server(lab.proxy, 3128)
    lab.program = ['env', f'http_proxy=http://user:secret@{where(lab, lab.proxy)}:3128', 'curl', '-sS', '-m', '3',
                   f'http://{where(lab, lab.server)}:{lab.port}/']


def where(lab, host):
    return f'[{host.address}]' if lab.family == 6 else host.address


def fault(lab):
    lab.gate.stop()

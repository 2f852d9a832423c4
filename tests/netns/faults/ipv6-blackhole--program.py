"""The name has both families, and IPv6 is swallowed: curl goes on to IPv4 after a moment, and nobody notices."""
from services import http_server

SIDES = ('run',)
LAYOUT = 'far'
EXPECT = {'symptom': 'syn-unanswered', 'status': ['degraded']}


def build(lab):
    lab.service = http_server(lab.server, lab.port)
    name = lab.name_server_in_hosts()
    lab.program = ['curl', '-sS', '--noproxy', '*', '-m', '8', '-o', '/dev/null', f'http://{name}:{lab.port}/']


def fault(lab):
    lab.router.ip(f'route replace blackhole {lab.server_net.net6}')

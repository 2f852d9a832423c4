"""The proxy of the program's environment does not let it have the page."""
from services import http_server

SIDES = ('run',)
EXPECT = {'symptom': 'service-error', 'certainty': 'suspected'}


def build(lab):
    lab.service = http_server(lab.server, lab.port)
    lab.add_host('proxy', behind=lab.router)
    lab.gate = http_server(lab.proxy, 3128)
    where = f'[{lab.proxy.address}]' if lab.family == 6 else lab.proxy.address
    lab.program = ['env', f'http_proxy=http://{where}:3128', 'curl', '-fsS', '-m', '3', f'http://{lab.server.addr4}:{lab.port}/']


def fault(lab):
    lab.gate.stop()
    http_server(lab.proxy, 3128, status='407 Proxy Authentication Required',
                headers=['Proxy-Authenticate: Basic realm="proxy"', 'Via: 1.1 proxy (squid/5.7)'])

"""Every third packet is lost at the router."""
from firewall import Firewall
from services import http_server

EXPECT = {'symptom': ['lossy', 'slow', 'syn-unanswered'], 'status': ['degraded', 'failing']}


def build(lab):
    lab.service = http_server(lab.server, lab.port)
    lab.asks('http')
    lab.firewall = Firewall(lab.router)


def fault(lab):
    third = {'nft': 'numgen inc mod 3 == 0'}
    lab.firewall.add('forward', 'drop', more=third.get(lab.firewall.engine, '-m statistic --mode nth --every 3 --packet 0'))

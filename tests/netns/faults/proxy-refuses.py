"""What answers is a proxy, which wants a password or does not allow it."""
from services import http_server

EXPECT = {'symptom': 'service-error', 'certainty': 'inferred'}
EXPECT_SERVER = {'skip': 'a 403 of a proxy is as any page of it: the flow keeps no headers'}


def build(lab):
    lab.service = http_server(lab.server, lab.port)
    lab.asks('http')


def fault(lab):
    lab.service.stop()
    status, *headers = lab.rng.choice([
        ('407 Proxy Authentication Required', 'Proxy-Authenticate: Basic realm="proxy"', 'Via: 1.1 proxy (squid/5.7)'),
        ('403 Forbidden', 'X-Squid-Error: ERR_ACCESS_DENIED 0', 'Via: 1.1 proxy (squid/5.7)')])
    http_server(lab.server, lab.port, status=status, headers=headers)

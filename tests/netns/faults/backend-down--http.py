"""The front end answers for the service behind it, which was stopped."""
from services import haproxy, http_server, nginx

EXPECT = {'symptom': 'service-error'}


def build(lab):
    lab.service = http_server(lab.server, 8080)
    if lab.rng.random() < 0.5:
        nginx(lab.server, lab.port, server='location / { proxy_pass http://127.0.0.1:8080; }')
    else:
        haproxy(lab.server, lab.port, ['127.0.0.1:8080'], mode='http', lines=['retries 0'])
    lab.asks('http')


def fault(lab):
    lab.service.stop()

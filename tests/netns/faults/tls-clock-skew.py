"""The certificate begins in the future, as it looks from a client whose clock is behind (clocks have no namespace)."""
from services import authority, certificate, copy_file, tls_server

EXPECT = {'symptom': 'tls-failed', 'or': ['tls-cert-expired']}
DAY = 86400


def build(lab):
    lab.name = lab.name_server_in_hosts()
    lab.service = tls_server(lab.server, lab.port, *certificate(lab.server, lab.name))
    copy_file(lab.server, authority(lab.server), lab.client, '/etc/ssl/lab-ca.pem')
    lab.asks('https', '--ca', '/etc/ssl/lab-ca.pem', host=lab.name)


def fault(lab):
    lab.service.stop()
    start = lab.rng.randrange(2, 3000) * DAY
    tls_server(lab.server, lab.port, *certificate(lab.server, lab.name, start=start, end=start + 90 * DAY))

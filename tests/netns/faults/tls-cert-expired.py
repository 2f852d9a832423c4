"""The web server goes on with the certificate of last year."""
from services import authority, certificate, copy_file, nginx, tls_client

EXPECT = {'symptom': 'tls-failed', 'certainty': 'proven', 'culprit': {'kind': 'certificate'}}
EXPECT_SERVER = {'symptom': 'tls-failed', 'certainty': 'inferred', 'culprit': {'kind': 'certificate'}}  # of TLS 1.2, which tells its alerts
DAY = 86400


def build(lab):
    lab.name = lab.name_server_in_hosts()
    lab.service = nginx(lab.server, lab.port, tls=certificate(lab.server, lab.name))
    copy_file(lab.server, authority(lab.server), lab.client, '/etc/ssl/lab-ca.pem')
    lab.asks('https', '--ca', '/etc/ssl/lab-ca.pem', host=lab.name)
    lab.real_client = tls_client(lab, lab.name, '/etc/ssl/lab-ca.pem', '-tls1_2')


def fault(lab):
    lab.service.stop()
    ended = lab.rng.randrange(1, 60) * DAY
    nginx(lab.server, lab.port, tls=certificate(lab.server, lab.name, start=-400 * DAY, end=-ended))

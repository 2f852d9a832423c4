"""The same where nothing but this machine's kernel can tell whether it is the client's clock: no other clock is heard."""
from services import authority, certificate, clock_is_kept, copy_file, tls_client, tls_server

EXPECT = {'symptom': 'tls-failed', 'certainty': 'proven' if clock_is_kept() else 'suspected'}
EXPECT_SERVER = {'skip': 'what the client makes of the certificate, it keeps to itself'}
EXPECT_FIX = {'plan': 'no plan', 'why': 'what is at fault cannot be told from there'}
DAY = 86400


def build(lab):
    lab.name = lab.name_server_in_hosts()
    lab.service = tls_server(lab.server, lab.port, *certificate(lab.server, lab.name))
    copy_file(lab.server, authority(lab.server), lab.client, '/etc/ssl/lab-ca.pem')
    lab.asks('tls', '--ca', '/etc/ssl/lab-ca.pem', host=lab.name)
    lab.real_client = tls_client(lab, lab.name, '/etc/ssl/lab-ca.pem')


def fault(lab):
    lab.service.stop()
    tls_server(lab.server, lab.port, *certificate(lab.server, lab.name, start=-400 * DAY, end=-lab.rng.randrange(1, 60) * DAY))

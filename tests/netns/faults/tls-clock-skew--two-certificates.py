"""The same where the service has a second certificate, which has expired: the client was not shown that one."""
from services import authority, certificate, copy_file, tls_client, tls_server
import time

EXPECT = {'symptom': 'tls-failed'}
EXPECT_SERVER = {'set': ['tls-cert-expired']}
SIDES = ('server',)
EXPECT_FIX = {'plan': 'no plan', 'why': 'what is at fault cannot be told from there'}
DAY = 86400
RSA = '-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256'


def build(lab):
    lab.name = lab.name_server_in_hosts()
    good = certificate(lab.server, lab.name, rsa=True)
    old = certificate(lab.server, lab.name, start=-400 * DAY, end=-lab.rng.randrange(1, 60) * DAY)
    lab.service = tls_server(lab.server, lab.port, *good, prepare=lambda c: c.load_cert_chain(*map(lab.server.path, old)))
    copy_file(lab.server, authority(lab.server), lab.client, '/etc/ssl/lab-ca.pem')
    lab.asks('tls', host=lab.name)
    lab.real_client = tls_client(lab, lab.name, '/etc/ssl/lab-ca.pem', RSA)


def fault(lab):
    late = int(time.time()) + lab.rng.randrange(200, 3000) * DAY
    lab.real_client = tls_client(lab, lab.name, '/etc/ssl/lab-ca.pem', f'{RSA} -attime {late}')

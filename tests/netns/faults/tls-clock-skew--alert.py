"""The client takes a good certificate for one out of date: its clock is wrong (openssl's -attime, as clocks have no namespace)."""
from services import authority, certificate, copy_file, tls_client, tls_server
import time

EXPECT = {'symptom': 'tls-failed'}
EXPECT_SERVER = {'set': ['tls-cert-expired', 'tls-untrusted-ca']}  # nothing keeps the server's clock in the lab either
SIDES = ('server',)
EXPECT_FIX = {'plan': 'no plan', 'why': 'what is at fault cannot be told from there'}
DAY = 86400


def build(lab):
    lab.name = lab.name_server_in_hosts()
    lab.service = tls_server(lab.server, lab.port, *certificate(lab.server, lab.name))
    copy_file(lab.server, authority(lab.server), lab.client, '/etc/ssl/lab-ca.pem')
    lab.asks('https', '--ca', '/etc/ssl/lab-ca.pem', host=lab.name)
    lab.real_client = tls_client(lab, lab.name, '/etc/ssl/lab-ca.pem', '-tls1_2')


def fault(lab):
    wrong = int(time.time()) + lab.rng.choice([-1, 1]) * lab.rng.randrange(200, 3000) * DAY
    lab.real_client = tls_client(lab, lab.name, '/etc/ssl/lab-ca.pem', f'-tls1_2 -attime {wrong}')

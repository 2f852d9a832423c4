"""The server is set to algorithms that clients of today have given up."""
from services import sshd

EXPECT = {'symptom': 'service-error', 'certainty': 'inferred'}
EXPECT_SERVER = {'certainty': 'inferred'}


def build(lab):
    lab.service = sshd(lab.server, lab.port)
    lab.asks('ssh')
    lab.real_client = ['ssh', '-o', 'StrictHostKeyChecking=no', '-o', 'BatchMode=yes', '-p', lab.port, f'root@{lab.address}', 'true']


def fault(lab):
    lab.service.stop()
    sshd(lab.server, lab.port, options=[lab.rng.choice([
        'KexAlgorithms diffie-hellman-group1-sha1', 'Ciphers aes128-cbc,3des-cbc', 'KexAlgorithms diffie-hellman-group14-sha1'])])

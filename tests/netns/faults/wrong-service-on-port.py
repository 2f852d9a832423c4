"""Another kind of service has the port."""
from services import banner_server, sshd

EXPECT = {'symptom': 'wrong-service'}
EXPECT_SERVER = {'skip': 'who asks alone knows what it meant', 'or': ['protocol-mismatch']}


def build(lab):
    lab.service = sshd(lab.server, lab.port)
    lab.asks('ssh')


def fault(lab):
    lab.service.stop()
    lab.service = banner_server(lab.server, lab.port, lab.rng.choice([
        b'220 mail.example ESMTP ready\r\n', b'220 (vsFTPd 3.0.3)\r\n', b'+OK POP3 ready\r\n', b'* OK IMAP4rev1 ready\r\n']))

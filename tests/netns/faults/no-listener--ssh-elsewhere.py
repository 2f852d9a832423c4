"""Another program's SSH on port 22 was stopped; the host's own sshd is on another port, as its file says."""
from services import sshd

EXPECT = {'symptom': 'refused-by-rst'}
EXPECT_SERVER = {'set': ['listener-wrong-port'], 'or': ['listener-wrong-port'], 'certainty': 'suspected'}


def build(lab):
    lab.port = 22
    lab.service = sshd(lab.server, 22)


def fault(lab):
    lab.service.stop()
    port = lab.rng.choice([2222, 22022, lab.rng.randrange(1024, 60000)])
    text = lab.server.read('/etc/ssh/sshd_lab').replace('Port 22\n', f'Port {port}\n')
    lab.server.write('/etc/ssh/sshd_config', text)
    lab.server.wait_listening(port, service=lab.server.start('exec /usr/sbin/sshd -D -e'))

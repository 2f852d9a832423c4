"""The host's sshd was given another port in its usual file."""
from services import sshd

EXPECT = {'symptom': 'refused-by-rst'}


def build(lab):
    lab.port = 22
    lab.service = sshd(lab.server, 22)


def fault(lab):
    lab.service.stop()
    port = lab.rng.choice([222, 2222, 22022, lab.rng.randrange(1024, 60000)])
    line = lab.server.read('/etc/ssh/sshd_lab').replace('Port 22\n', f'Port {port}\n')
    lab.server.write('/etc/ssh/sshd_config', line)
    lab.service = lab.server.start('exec /usr/sbin/sshd -D -e')
    lab.server.wait_listening(port, service=lab.service)

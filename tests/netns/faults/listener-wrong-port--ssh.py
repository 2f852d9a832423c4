"""The port in sshd's own file was set right, and sshd was not started again since: it listens on the one before."""
from services import sshd

EXPECT = {'symptom': 'refused-by-rst'}


def build(lab):
    lab.port = lab.rng.choice([22, 222, 2222, lab.rng.randrange(1024, 60000)])
    lab.service = sshd(lab.server, lab.port)


def fault(lab):
    lab.service.stop()
    port = lab.rng.choice([p for p in (22, 22022, lab.rng.randrange(1024, 60000)) if p != lab.port])
    text = lab.server.read('/etc/ssh/sshd_lab')
    lab.server.write('/etc/ssh/sshd_config', text.replace(f'Port {lab.port}\n', f'Port {port}\n'))
    lab.service = lab.server.start('exec /usr/sbin/sshd -D -e')
    lab.server.wait_listening(port, service=lab.service)
    if lab.port == 22 and lab.rng.random() < 0.5:
        text = text.replace('Port 22\n', '')
    lab.server.write('/etc/ssh/sshd_config', text)

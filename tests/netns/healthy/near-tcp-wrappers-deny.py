"""hosts.deny is about another daemon and another client."""
from services import sshd, telnetd_behind_tcpd


def build(lab):
    lab.server.write('/etc/hosts.deny', '# closed\nvsftpd: ALL\nALL: 198.51.100. [2001:db8::]/32\nsshd, telnetd: .example.net\n')
    if lab.rng.random() < 0.5:
        lab.service = sshd(lab.server, lab.port)
        lab.asks('ssh')
    else:
        lab.service = telnetd_behind_tcpd(lab.server, lab.port)
        lab.asks('telnet')

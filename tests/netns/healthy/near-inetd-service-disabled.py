"""inetd's lines for other services were commented out."""
from services import inetd, need


def build(lab):
    need(lab.server, 'telnetd')
    lines = [f'{lab.port} stream {p} nowait root /usr/sbin/tcpd /usr/sbin/telnetd' for p in ('tcp', 'tcp6')]
    lab.service = inetd(lab.server, *lines)
    lab.service.stop()
    text = lab.server.read('/etc/inetd.conf')
    lab.server.write('/etc/inetd.conf', '#ftp stream tcp nowait root /usr/sbin/tcpd /usr/sbin/ftpd\n' + text)
    lab.service = lab.server.start('exec /usr/sbin/inetd -i /etc/inetd.conf')
    lab.server.wait_listening(lab.port, service=lab.service)
    lab.asks('telnet')

"""SYN cookies are off, and half a dozen handshakes are never finished; the queue has room."""
from noise import spoof
from services import some_service

FAMILY = 4


def build(lab):
    lab.service = some_service(lab, backlog=128)
    lab.server.sysctl('net.ipv4.tcp_syncookies=0')
    lab.router.run('ip route add blackhole 198.18.0.0/15')
    spoof(lab.router, '198.18.3.4', lab.address, lab.port, pause=1.0)

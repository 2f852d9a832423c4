"""The client has made more connections than hashlimit allows."""
import socket

from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}
HEALTHY = False  # each asking counts


def build(lab):
    lab.service = some_service(lab)
    lab.server.iptables(f'-A INPUT -p tcp --syn --dport {lab.port} -m hashlimit --hashlimit-above 1/hour --hashlimit-burst 3 '
                        '--hashlimit-mode srcip --hashlimit-name lab -j DROP')


def fault(lab):
    with lab.client.network():
        for _ in range(5):
            with socket.socket(socket.AF_INET if lab.family == 4 else socket.AF_INET6) as s:
                s.settimeout(0.2)
                s.connect_ex((lab.address, lab.port))

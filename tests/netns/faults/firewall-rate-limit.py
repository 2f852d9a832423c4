"""The client has made too many connections in a minute for a rule of the server."""
import socket

from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}
HEALTHY = False  # each asking counts


def build(lab):
    lab.service = some_service(lab)
    lab.most = lab.rng.randrange(6, 15)
    lab.server.iptables(f'-A INPUT -p tcp --dport {lab.port} -m conntrack --ctstate NEW -m recent --set --name lab')
    lab.server.iptables(f'-A INPUT -p tcp --dport {lab.port} -m conntrack --ctstate NEW -m recent --update --seconds 300 '
                        f'--hitcount {lab.most} --name lab -j DROP')


def fault(lab):
    with lab.client.network():
        for _ in range(lab.most):
            with socket.socket(socket.AF_INET if lab.family == 4 else socket.AF_INET6) as s:
                s.settimeout(0.2)
                s.connect_ex((lab.address, lab.port))

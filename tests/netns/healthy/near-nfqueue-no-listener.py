"""A rule hands packets to a program that does not run, and lets them pass then."""
from services import some_service


def build(lab):
    lab.service = some_service(lab)
    lab.server.iptables(f'-A INPUT -p tcp --dport {lab.port} -j NFQUEUE --queue-num 3 --queue-bypass')

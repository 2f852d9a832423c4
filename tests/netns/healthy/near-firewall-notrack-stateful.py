"""Connections to the port are not tracked, and the filter knows it."""
from services import some_service


def build(lab):
    lab.service = some_service(lab)
    lab.server.iptables(f'-t raw -A PREROUTING -p tcp --dport {lab.port} -j CT --notrack')
    lab.server.iptables(f'-t raw -A OUTPUT -p tcp --sport {lab.port} -j CT --notrack')
    for line in ('-i lo -j ACCEPT', '-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT', f'-p tcp --dport {lab.port} -j ACCEPT',
                 f'-p {"icmp" if lab.family == 4 else "ipv6-icmp"} -j ACCEPT'):
        lab.server.iptables('-A INPUT ' + line)
    lab.server.iptables('-P INPUT DROP')

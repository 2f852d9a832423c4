"""SYNPROXY makes the handshake in the service's name, and cannot reach the service: its own filter drops the second one."""
from services import http_server

EXPECT = {'symptom': ['silent-after-connect', 'data-unanswered', 'peer-window-zero']}
FAMILY = 4
HEALTHY = False  # now and then SYNPROXY's own SYN is lost, and the client's data waits for a second: it is told, and it is so


def build(lab):
    lab.service = http_server(lab.server, lab.port)
    lab.asks('http')
    port = f'-p tcp --dport {lab.port}'
    lab.server.iptables(f'-t raw -A PREROUTING {port} --syn -j CT --notrack')
    lab.server.iptables(f'-A INPUT {port} -m conntrack --ctstate INVALID,UNTRACKED -j SYNPROXY --sack-perm --timestamp '
                        '--wscale 7 --mss 1460')
    lab.server.iptables('-A INPUT -m conntrack --ctstate INVALID -j DROP')
    lab.server.sysctl('net.netfilter.nf_conntrack_tcp_loose=0')


def fault(lab):
    lab.server.iptables(f'-I INPUT -i lo -p tcp --dport {lab.port} -j DROP')
    lab.server.iptables(f'-A OUTPUT -p tcp --dport {lab.port} -j DROP')

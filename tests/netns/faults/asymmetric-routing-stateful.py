"""Answers reach the client by another way than the one its packets take, where a stateful filter stands."""
from firewall import Firewall
from services import sshd

FAMILY = 4
EXPECT = {'symptom': ['silent-after-connect', 'handshake-incomplete']}


def build(lab):
    lab.service = sshd(lab.server, lab.port)
    lab.asks('ssh')
    lab.add_host('second', behind=lab.server)
    around = lab.draw_network()
    lab.connect(around, lab.second, lab.client)
    lab.forwards(lab.second)
    lab.firewall = Firewall(lab.router)
    lab.firewall.add('forward', 'accept', state=['new', 'related', 'established'])


def fault(lab):
    # Back by the second way; the filter sees the SYN and then an ACK without a SYN-ACK between.
    lab.server.ip(f'route add {lab.client.addr4} via {lab.second.addr4}')
    lab.second.ip(f'route add {lab.client.addr4} dev {lab.second.device_to(lab.client)}')
    lab.router.sysctl('net.netfilter.nf_conntrack_tcp_loose=0')
    lab.firewall.flush()
    lab.firewall.add('forward', 'accept', proto='icmp')
    lab.firewall.add('forward', 'accept', state=['related', 'established'])
    lab.firewall.add('forward', 'accept', proto='tcp', more=SYN[lab.engine])
    lab.firewall.policy('forward', 'drop')


SYN = {'iptables-legacy': '--syn', 'iptables-nft': '--syn', 'nft': 'tcp flags & (fin|syn|rst|ack) == syn'}

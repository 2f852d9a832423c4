"""Connections to this port are not tracked, and the filter takes new and established ones only."""
from firewall import Firewall
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}


def build(lab):
    lab.service = some_service(lab)
    fw = lab.firewall = Firewall(lab.server)
    fw.add('input', 'accept', state=['related', 'established'])
    fw.add('input', 'accept', proto='icmp')
    fw.add('input', 'accept', proto='tcp', dport=lab.port, state=['new'])
    fw.policy('input', 'drop')


def fault(lab):
    if lab.engine == 'nft':
        lab.server.nft(f'table {lab.firewall.where} {{ chain early {{ type filter hook prerouting priority -300; '
                       f'tcp dport {lab.port} notrack; }}; }}')
    else:
        lab.server.iptables(f'-t raw -A PREROUTING -p tcp --dport {lab.port} -j CT --notrack')

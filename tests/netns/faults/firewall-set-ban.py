"""The client's address is in a set of banned ones, as fail2ban keeps it."""
from firewall import Firewall
from services import some_service

EXPECT = {}
VARIANTS = [{'engine': e} for e in ('iptables-legacy', 'iptables-nft', 'nft')]


def build(lab):
    lab.service = some_service(lab)
    fw = lab.firewall = Firewall(lab.server)
    lab.ban = lab.rng.choice(['drop', 'reject port-unreachable'])
    if fw.engine == 'nft':
        lab.server.nft(f'add set {fw.where} banned {{ type {"ipv4_addr" if lab.family == 4 else "ipv6_addr"}; }}')
    else:
        lab.server.run(f'ipset create banned hash:ip family {"inet" if lab.family == 4 else "inet6"}')
    fw.add('input', lab.ban, proto='tcp', dport=lab.port, set='banned')


def fault(lab):
    if lab.firewall.engine == 'nft':
        lab.server.nft(f'add element {lab.firewall.where} banned {{ {lab.client.address} }}')
    else:
        lab.server.run(f'ipset add banned {lab.client.address}')
    lab.expect['symptom'] = 'syn-unanswered' if lab.ban == 'drop' else 'refused-by-icmp'

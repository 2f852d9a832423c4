"""A set of banned addresses, of which the client is none; one of them tries."""
from firewall import Firewall
from noise import knock
from services import some_service

VARIANTS = [{'engine': e} for e in ('iptables-legacy', 'iptables-nft', 'nft')]


def build(lab):
    lab.service = some_service(lab)
    firewall = Firewall(lab.server)
    banned = lab.on(lab.router, lab.server_net)[0 if lab.family == 4 else 1]
    if firewall.engine == 'nft':
        kind = 'ipv4_addr' if lab.family == 4 else 'ipv6_addr'
        lab.server.nft(f'add set {firewall.where} banned {{ type {kind}; elements = {{ {banned} }}; }}')
    else:
        lab.server.run(f'ipset create banned hash:ip family {"inet" if lab.family == 4 else "inet6"}; ipset add banned {banned}')
    firewall.add('input', 'drop', proto='tcp', dport=lab.port, set='banned')
    knock(lab.router, lab.address, lab.port)

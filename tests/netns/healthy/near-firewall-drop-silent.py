"""A rule for the port drops another host's packets, which come all the time; it stands above the one that accepts."""
from firewall import Firewall
from noise import knock
from services import some_service

VARIANTS = [{'engine': e} for e in ('iptables-legacy', 'iptables-nft', 'nft')]


def build(lab):
    lab.service = some_service(lab)
    firewall = Firewall(lab.server)
    firewall.baseline(22, lab.port, policy='drop')
    firewall.insert('input', 'drop', proto='tcp', dport=lab.port, source=lab.on(lab.router, lab.server_net)[0 if lab.family == 4 else 1])
    knock(lab.router, lab.address, lab.port)

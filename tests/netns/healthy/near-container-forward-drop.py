"""The server hands connections on to a container, forwards these, and nothing else."""
from firewall import Firewall
from nat import dnat
from services import some_service

VARIANTS = [{'engine': e} for e in ('iptables-legacy', 'iptables-nft', 'nft')]


def build(lab):
    lab.add_host('container', behind=lab.server)
    inner = lab.rng.choice([80, 8080, 3000, lab.port])
    lab.service = some_service(lab, lab.container, inner)
    dnat(lab.server, lab.address, lab.port, lab.container.address, inner)
    firewall = Firewall(lab.server)
    firewall.add('forward', 'accept', state=['related', 'established'])
    firewall.add('forward', 'accept', proto='tcp', dport=inner, dest=lab.container.address)
    firewall.policy('forward', 'drop')

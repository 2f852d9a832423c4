"""The server answers no ping, nor anything but its service."""
from firewall import Firewall
from services import some_service


def build(lab):
    lab.service = some_service(lab)
    fw = Firewall(lab.server)
    fw.add('input', 'accept', proto='tcp', dport=lab.port)
    if lab.family == 6:
        for kind in ('neighbour-solicitation', 'neighbour-advertisement') if lab.engine != 'nft' else \
                ('nd-neighbor-solicit', 'nd-neighbor-advert'):
            fw.add('input', 'accept', proto='icmp', icmp=kind)
    fw.policy('input', 'drop')

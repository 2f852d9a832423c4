"""The server sends nothing but answers."""
from firewall import Firewall
from services import some_service


def build(lab):
    lab.service = some_service(lab)
    firewall = Firewall(lab.server)
    firewall.baseline(22, lab.port, policy='drop')
    firewall.add('output', 'accept', state=['related', 'established'])
    firewall.add('output', 'accept', proto='icmp')
    firewall.policy('output', 'drop')

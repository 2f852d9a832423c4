"""The client's firewall drops what it sends to other ports and hosts, and logs nothing."""
from firewall import Firewall
from services import some_service


def build(lab):
    lab.service = some_service(lab)
    firewall = Firewall(lab.client)
    firewall.baseline(22, policy='drop')
    firewall.add('output', 'drop', proto='tcp', dport=lab.port + 1)
    firewall.add('output', 'drop', proto='udp', dport=1900)

"""Old rules of iptables-legacy stand beside nft's; they drop what nobody sends."""
from firewall import Firewall
from services import some_service


def build(lab):
    lab.service = some_service(lab)
    Firewall(lab.server, engine='nft').baseline(22, lab.port, policy='drop')
    Firewall(lab.server, engine='iptables-legacy').add('input', 'drop', proto='tcp', dport=lab.port + 1)

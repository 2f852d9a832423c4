"""The switch is a Linux bridge, and what its host does not forward to the port it does not carry either; it is asked itself."""
from firewall import Firewall
from services import some_service

LAYOUT = 'lan'
EXPECT = {'symptom': 'syn-unanswered'}
SIDES = ('server',)
SERVER = 'switch'
VARIANTS = [{'engine': e} for e in ('iptables-legacy', 'iptables-nft', 'nft')]


def build(lab):
    lab.service = some_service(lab)
    lab.asked_address = lab.address
    lab.switch.sysctl('net.bridge.bridge-nf-call-iptables=0', 'net.bridge.bridge-nf-call-ip6tables=0')
    lab.firewall = Firewall(lab.switch)
    lab.firewall.add('forward', 'drop', proto='tcp', dport=lab.port)


def fault(lab):
    lab.switch.sysctl('net.bridge.bridge-nf-call-iptables=1', 'net.bridge.bridge-nf-call-ip6tables=1')

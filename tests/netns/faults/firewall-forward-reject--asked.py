"""The router's filter rejects what goes to this port, and the router is asked itself."""
from firewall import REJECTS, Firewall
from services import some_service

EXPECT = {'symptom': 'refused-by-icmp', 'place': 'router'}
SIDES = ('server',)
SERVER = 'router'
EXPECT_SERVER = {'here': True}
VARIANTS = [{'engine': e} for e in ('iptables-legacy', 'iptables-nft', 'nft')]


def build(lab):
    lab.service = some_service(lab)
    lab.asked_address = lab.address
    lab.firewall = Firewall(lab.router)


def fault(lab):
    lab.firewall.add('forward', 'reject ' + lab.rng.choice(sorted(REJECTS)), proto='tcp', dport=lab.port)

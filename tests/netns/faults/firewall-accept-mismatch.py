"""The rule that should accept this port has one wrong word."""
from firewall import Firewall
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}
VARIANTS = [{'engine': e} for e in ('iptables-legacy', 'iptables-nft', 'nft')]


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.server)
    lab.firewall.baseline(22, lab.port, policy='drop')


def fault(lab):
    lab.firewall.delete('input', 'accept', proto='tcp', dport=lab.port)
    right = {'proto': 'tcp', 'dport': lab.port}
    wrong = lab.rng.choice([{'proto': 'udp'}, {'iface': 'eth7'}, {'source': lab.router.address}, {'dport': lab.port + 1},
                            {'dest': lab.router.address}])
    lab.firewall.add('input', 'accept', **(right | wrong))
    if 'dport' in wrong:
        lab.expect_server = {'or': ['firewall-policy-drop']}  # nobody can know that this port was meant

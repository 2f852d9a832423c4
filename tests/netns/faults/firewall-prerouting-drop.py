"""The drop is in the raw table, where `iptables -L' does not look."""
from firewall import Firewall
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'probe': True}


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.server)
    lab.firewall.baseline(22, lab.port)


def fault(lab):
    if lab.engine == 'nft':
        lab.server.nft(f'table {lab.firewall.where} {{ chain early {{ type filter hook prerouting priority -300; '
                       f'tcp dport {lab.port} drop; }}; }}')
    else:
        lab.server.iptables(f'-t {lab.rng.choice(["raw", "mangle"])} -A PREROUTING -p tcp --dport {lab.port} -j DROP')

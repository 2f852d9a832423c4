"""The drop is in the INPUT chain of another table than the one that `iptables -L' shows."""
from firewall import Firewall
from services import some_service

EXPECT = {'symptom': 'syn-unanswered', 'or': ['firewall-prerouting-drop', 'firewall-nft-second-table']}


def build(lab):
    lab.service = some_service(lab)
    Firewall(lab.server).baseline(22, lab.port)


def fault(lab):
    if lab.engine == 'nft':
        lab.server.nft('table inet early { chain in { type filter hook input priority -150; '
                       f'tcp dport {lab.port} drop; }}; }}')
    else:
        lab.server.iptables(f'-t {lab.rng.choice(["mangle", "security"])} -A INPUT -p tcp --dport {lab.port} -j DROP')

"""One table accepts, another one drops."""
from firewall import Firewall
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'probe': True}


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.server, engine='nft')
    lab.firewall.baseline(22, lab.port, policy='drop')


def fault(lab):
    lab.server.nft('table inet other { chain in { type filter hook input priority 10; policy drop; '
                   'ct state established,related accept; meta l4proto { icmp, ipv6-icmp } accept; tcp dport 22 accept; }; }')

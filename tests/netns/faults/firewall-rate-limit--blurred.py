"""Two rules may have dropped the client, and the traffic of others moves both of their counters."""
from firewall import Firewall
from noise import knock
from services import some_service

EXPECT = {'symptom': 'syn-unanswered', 'or': ['firewall-drop-silent']}  # a quarter is taken by the first rule
SIDES = ('server',)
VARIANTS = [{'engine': 'iptables-legacy', 'family': 4}, {'engine': 'nft', 'family': 6}]


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.server)


def fault(lab):
    fast, seldom = ('limit rate over 1/hour burst 2 packets', 'numgen random mod 4 == 0')
    if lab.firewall.engine != 'nft':
        fast, seldom = ('-m hashlimit --hashlimit-name lab --hashlimit-above 1/hour --hashlimit-burst 2', '-m statistic --mode random --probability 0.25')
    lab.firewall.add('input', 'drop', proto='tcp', dport=lab.port, more=seldom)
    lab.firewall.add('input', 'drop', proto='tcp', dport=lab.port, more=fast)
    knock(lab.router, lab.address, lab.port)

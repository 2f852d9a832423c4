"""Two rules may have dropped the client, the traffic of others moves both of their counters, and the kernel can follow no packet."""
import old_host
from firewall import Firewall
from noise import knock
from services import some_service

FAMILY = 4
EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'probe': False, 'certainty': 'suspected', 'skip': 'the counters cannot tell: it says so, and what would',
                 'tells': ['rules-blurred'], 'next': ['kiriwake server tcp/', '-j TRACE']}
SIDES = ('server',)


def build(lab):
    lab.launcher = old_host.launcher()
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.server, engine='iptables-legacy')


def fault(lab):
    lab.firewall.add('input', 'drop', proto='tcp', dport=lab.port, more='-m statistic --mode random --probability 0.25')
    lab.firewall.add('input', 'drop', proto='tcp', dport=lab.port,
                     more='-m hashlimit --hashlimit-name lab --hashlimit-above 1/hour --hashlimit-burst 2')
    knock(lab.router, lab.address, lab.port)

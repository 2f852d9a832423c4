"""A rule takes the SYN, and refuses with a RST what follows it: no program closed that connection."""
from services import echo_server

EXPECT = {'symptom': ['reset-after-connect', 'reset-mid-stream']}
EXPECT_SERVER = {'rule': False, 'certainty': 'suspected',
                 'set': ['firewall-catchall-reject', 'rule-order-reject-before-accept', 'firewall-set-ban', 'kube-no-endpoints',
                         'firewall-nft-second-table', 'firewall-legacy-hidden', 'firewall-connlimit', 'ip-set-maxelem',
                         'firewall-rate-limit', 'firewall-accept-mismatch']}
SIDES = ('server',)


def build(lab):
    lab.service = echo_server(lab.server, lab.port)


def fault(lab):
    lab.server.nft('add table inet lab')
    lab.server.nft('add chain inet lab input { type filter hook input priority 0; policy accept; }')
    lab.server.nft(f'add rule inet lab input tcp dport {lab.port} tcp flags & (syn|ack) == ack reject with tcp reset')

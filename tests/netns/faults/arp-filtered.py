"""A filter of the server drops ARP."""
LAYOUT = 'lan'
FAMILY = 4
EXPECT = {'symptom': 'arp-unanswered'}
EXPECT_SERVER = {'symptom': ['arp-unanswered', 'none', 'not-enough-seen'], 'status': ['failing', 'unknown']}


def fault(lab):
    lab.server.nft('table arp filter { chain input { type filter hook input priority 0; policy drop; }; }')
    lab.client.run('ip neigh flush all')

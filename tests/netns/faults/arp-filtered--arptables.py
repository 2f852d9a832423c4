"""arptables of the server drops ARP."""
LAYOUT = 'lan'
FAMILY = 4
EXPECT = {'symptom': 'arp-unanswered'}
EXPECT_SERVER = {'symptom': ['arp-unanswered', 'none', 'not-enough-seen'], 'status': ['failing', 'unknown']}


def fault(lab):
    lab.server.run(f'arptables -A INPUT -s {lab.client.addr4} -j DROP')
    lab.client.run('ip neigh flush all')

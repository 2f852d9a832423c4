"""The server's IPv6 filter drops neighbour discovery."""
from firewall import Firewall

LAYOUT = 'lan'
FAMILY = 6
EXPECT = {'symptom': 'arp-unanswered'}
EXPECT_SERVER = {'symptom': ['arp-unanswered', 'none', 'not-enough-seen'], 'status': ['failing', 'unknown']}


def fault(lab):
    fw = Firewall(lab.server)
    fw.add('input', 'accept', proto='tcp', dport=lab.port)
    fw.add('input', 'drop', proto='icmp')
    lab.client.run('ip -6 neigh flush all')

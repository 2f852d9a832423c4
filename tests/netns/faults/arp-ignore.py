"""The server answers no ARP for an address that is not on the asked device (arp_ignore)."""
from services import some_service

LAYOUT = 'lan'
FAMILY = 4
EXPECT = {'symptom': 'arp-unanswered'}
EXPECT_SERVER = {'symptom': ['arp-unanswered', 'none', 'not-enough-seen'], 'status': ['failing', 'unknown']}


def build(lab):
    lab.service = some_service(lab)
    other = str(lab.server_net.net4[251])
    lab.server.ip(f'addr add {other}/32 dev lo')
    lab.asks('tcp', host=other)
    lab.other = other


def fault(lab):
    lab.server.sysctl('net.ipv4.conf.all.arp_ignore=1')
    lab.client.run('ip neigh flush all')

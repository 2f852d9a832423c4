"""The server answers no ARP at all (arp_ignore 8), as a leftover of a cluster."""
LAYOUT = 'lan'
FAMILY = 4
EXPECT = {'symptom': 'arp-unanswered', 'cause': 'arp-ignore'}


def fault(lab):
    lab.server.sysctl(f'net.ipv4.conf.{lab.server.device}.arp_ignore=8')
    lab.client.run('ip neigh flush all')

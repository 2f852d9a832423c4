"""The server's address is on a bridge, as on a host of virtual machines, and spanning tree holds back its port to the network."""
EXPECT = {'symptom': ['arp-unanswered', 'syn-unanswered', 'refused-by-icmp']}
EXPECT_SERVER = {'symptom': ['arp-unanswered', 'syn-unanswered']}


def fault(lab):
    device = lab.server.device
    routes = [lab.server.run(f'ip -{n} route show default').split('dev')[0].strip() for n in (4, 6)]
    four, six = lab.server_net.net4.prefixlen, lab.server_net.net6.prefixlen
    lab.server.ip('link add br0 type bridge stp_state 1 forward_delay 2000 mcast_snooping 0', 'link set br0 up',
                  f'addr flush dev {device}', f'link set {device} master br0', f'addr add {lab.server.addr4}/{four} dev br0',
                  f'addr add {lab.server.addr6}/{six} dev br0 nodad', *[f'route replace {r} dev br0' for r in routes])
    lab.router.run('ip neigh flush all; ip -6 neigh flush all')

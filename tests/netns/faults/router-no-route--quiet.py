"""A router on the way has no route to the server, and tells nobody."""
LAYOUT = 'far'
EXPECT = {'symptom': 'syn-unanswered'}


def fault(lab):
    lab.router.run('iptables-legacy -A OUTPUT -p icmp --icmp-type destination-unreachable -j DROP')
    lab.router.run('ip6tables-legacy -A OUTPUT -p icmpv6 --icmpv6-type destination-unreachable -j DROP')
    lab.router.ip(f'route del {lab.server_net.net4}')
    lab.router.ip(f'route del {lab.server_net.net6}')

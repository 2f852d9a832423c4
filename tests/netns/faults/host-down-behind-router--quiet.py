"""The server is gone, and the router tells nobody that it found nobody."""
EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'skip': 'a host that is gone cannot be asked', 'or': ['address-not-local']}
VARIANTS = [{'family': 4}, {'family': 6}]


def fault(lab):
    lab.router.run('iptables-legacy -A OUTPUT -p icmp --icmp-type destination-unreachable -j DROP')
    lab.router.run('ip6tables-legacy -A OUTPUT -p icmpv6 --icmpv6-type destination-unreachable -j DROP')
    lab.server.run(f'ip addr flush dev {lab.server.device}')
    lab.router.run('ip neigh flush all; ip -6 neigh flush all')

"""The switch is a Linux bridge that lets iptables see what it carries, and iptables forwards nothing."""
LAYOUT = 'lan'
EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'skip': 'the switch drops it'}


def fault(lab):
    lab.switch.ip(f'link set br0 type bridge nf_call_ip{6 if lab.family == 6 else ""}tables 1')
    lab.switch.iptables('-A FORWARD -p icmpv6 -j ACCEPT' if lab.family == 6 else '-A FORWARD -p icmp -j ACCEPT')
    lab.switch.iptables('-P FORWARD DROP')

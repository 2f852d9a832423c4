"""The router forwards nothing, and answers ping itself."""
EXPECT = {'symptom': 'syn-unanswered'}
VARIANTS = [{'family': 4}, {'family': 6}]


def fault(lab):
    lab.router.sysctl('net.ipv4.ip_forward=0', 'net.ipv6.conf.all.forwarding=0')

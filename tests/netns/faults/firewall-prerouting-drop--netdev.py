"""nft drops at the device itself (the ingress hook), before iptables sees anything."""
EXPECT = {'symptom': 'syn-unanswered'}
VARIANTS = [{'family': 4}, {'family': 6}]


def fault(lab):
    lab.server.nft(f'table netdev early {{ chain in {{ type filter hook ingress device {lab.server.device} priority 0; '
                   f'tcp dport {lab.port} drop; }}; }}')

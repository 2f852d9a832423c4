"""A rule hands packets to a program (NFQUEUE) that does not run."""
EXPECT = {'symptom': 'syn-unanswered'}


def fault(lab):
    lab.server.iptables(f'-A INPUT -p tcp --dport {lab.port} -j NFQUEUE --queue-num 3', engine='iptables-legacy')

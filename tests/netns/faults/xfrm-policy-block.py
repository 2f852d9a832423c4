"""The server's IPsec policy blocks the client."""
EXPECT = {'symptom': 'syn-unanswered'}


def fault(lab):
    lab.server.run(f'ip xfrm policy add src {lab.client.address} dst {lab.address} proto tcp dport {lab.port} dir in action block')

"""The server's IPsec policy blocks its answers to the client."""
EXPECT = {'symptom': 'syn-unanswered'}


def fault(lab):
    lab.server.run(f'ip xfrm policy add src {lab.address} dst {lab.client.address} proto tcp sport {lab.port} dir out action block')

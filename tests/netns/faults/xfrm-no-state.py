"""The server's IPsec policy takes encrypted packets only, and the client knows nothing of it."""
EXPECT = {'symptom': 'syn-unanswered'}


def fault(lab):
    lab.server.run(f'ip xfrm policy add src {lab.client.address} dst {lab.address} proto tcp dir in '
                   'tmpl proto esp mode transport level required')

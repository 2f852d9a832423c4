"""A ban tool gave the server a blackhole route for the client."""
EXPECT = {'symptom': 'syn-unanswered'}


def fault(lab):
    kind = lab.rng.choice(['blackhole', 'unreachable', 'prohibit'])
    lab.server.run(f'ip -{lab.family} route add {kind} {lab.client.address}')

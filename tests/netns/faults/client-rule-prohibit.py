"""A rule of the client's policy routing refuses what goes to the server."""
VARIANTS = [{'family': 4}, {'family': 6}]
EXPECT = {'symptom': 'local-refused', 'certainty': 'proven', 'place': 'client', 'culprit': {'kind': 'policy-rule'}}


def fault(lab):
    action = lab.rng.choice(['prohibit', 'blackhole', 'unreachable'])
    # IPv6 looks its route up before it knows its source, and never again.
    source = [f'from {lab.client.address}'] if lab.family == 4 else []
    what = lab.rng.choice([f'to {lab.server.address}', f'ipproto tcp dport {lab.port}', *source])
    lab.client.run(f'ip -{lab.family} rule add {what} {action} pref {lab.rng.randrange(100, 30000)}')

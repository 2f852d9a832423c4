"""The router has a blackhole route for the server."""
EXPECT = {'symptom': 'syn-unanswered'}
VARIANTS = [{'family': 4}, {'family': 6}]


def fault(lab):
    lab.router.ip(f'route add blackhole {lab.address}')

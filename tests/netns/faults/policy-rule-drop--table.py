"""A policy rule of the server leads answers from its address to a table that holds a blackhole."""
EXPECT = {'symptom': 'syn-unanswered'}


def fault(lab):
    table = lab.rng.randrange(100, 250)
    lab.server.run(f'ip -{lab.family} route add blackhole default table {table}')
    lab.server.run(f'ip -{lab.family} rule add from {lab.address} priority 50 lookup {table}')

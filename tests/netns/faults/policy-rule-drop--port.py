"""A policy rule of the server is about the service's port alone, and forbids its answers."""
EXPECT = {'symptom': 'syn-unanswered'}


def fault(lab):
    lab.server.run(f'ip -{lab.family} rule add ipproto tcp sport {lab.port} priority 60 prohibit')

"""A policy rule of the server sends answers to the client nowhere."""
EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'symptom': ['synack-unanswered', 'syn-unanswered']}


def fault(lab):
    action = lab.rng.choice(['blackhole', 'prohibit', 'unreachable'])
    lab.server.run(f'ip -{lab.family} rule add to {lab.client.address} priority 100 {action}')

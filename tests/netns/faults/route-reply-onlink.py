"""The server takes the client for a neighbour (its mask is too wide)."""
EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'symptom': ['synack-unanswered', 'syn-unanswered']}


def fault(lab):
    lab.server.run(f'ip -{lab.family} route add {lab.client_net.net4 if lab.family == 4 else lab.client_net.net6} '
                   f'dev {lab.server.device}')

"""The server has no route back to the client."""
EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'symptom': ['synack-unanswered', 'syn-unanswered']}
VARIANTS = [{'family': 4}, {'family': 6}]


def fault(lab):
    lab.server.run('ip route del default; ip -6 route del default')

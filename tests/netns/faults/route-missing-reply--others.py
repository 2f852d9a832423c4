"""The server has a route to everybody but the client: a network of its own was left out."""
EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'symptom': ['synack-unanswered', 'syn-unanswered']}
FAMILY = 4


def fault(lab):
    four, _, _ = lab.on(lab.router, lab.server_net)
    other = lab.draw_network()
    lab.server.run(f'ip route del default; ip route add {other.net4} via {four}')

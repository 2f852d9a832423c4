"""The server's answers go to a gateway that is none."""
import ipaddress

EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'symptom': ['synack-unanswered', 'syn-unanswered']}


def fault(lab):
    four, six, _ = lab.on(lab.router, lab.server_net)
    other = ipaddress.ip_address(four if lab.family == 4 else six) + 252
    lab.server.run(f'ip -{lab.family} route replace default via {other} dev {lab.server.device}')

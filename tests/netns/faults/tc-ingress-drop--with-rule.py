"""A filter of the server's device drops, and a rule of the firewall behind it would drop as well."""
from drops import tc
from firewall import Firewall

EXPECT = {'symptom': 'syn-unanswered', 'cause': 'tc-ingress-drop', 'or': ['firewall-drop-silent']}
EXPECT_SERVER = {'cause': 'tc-ingress-drop', 'or': [], 'also': ['firewall-drop-silent']}


def fault(lab):
    tc(lab.server, 'ingress', lab.port)
    lab.firewall = Firewall(lab.server)
    lab.firewall.add('input', 'drop', proto='tcp', dport=lab.port)

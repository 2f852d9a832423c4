"""A rule drops what another one has marked, and chance decides what is marked: here, nearly always."""
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}
SIDES = ('server',)


def build(lab):
    lab.service = some_service(lab)
    lab.server.iptables(f'-A INPUT -p tcp --dport {lab.port} -m mark --mark 5 -j DROP')


def fault(lab):
    lab.server.iptables(f'-t mangle -A PREROUTING -p tcp --dport {lab.port} -m statistic --mode random --probability 0.99999 '
                        '-j MARK --set-mark 5')

"""The set of those who may connect is full, so that the client could not be added."""
from firewall import Firewall
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}


def build(lab):
    lab.service = some_service(lab)
    lab.server.run(f'ipset create allowed hash:ip family {"inet" if lab.family == 4 else "inet6"} maxelem 4')
    lab.server.run(f'ipset add allowed {lab.client.address}')
    lab.firewall = Firewall(lab.server, engine=lab.xtables)
    lab.firewall.baseline(22, policy='drop')
    lab.firewall.add('input', 'accept', proto='tcp', dport=lab.port, set='allowed')


def fault(lab):
    net = lab.server_net.net4 if lab.family == 4 else lab.server_net.net6
    lab.server.run(f'ipset del allowed {lab.client.address}')
    for number in range(60, 64):
        lab.server.run(f'ipset add allowed {net[number]}')
    lab.server.run(f'! ipset add allowed {lab.client.address}')

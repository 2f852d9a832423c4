"""The router rejects what goes to another port and to another host; it is asked itself."""
from firewall import Firewall
from services import some_service

SERVER = 'router'


def build(lab):
    lab.service = some_service(lab)
    lab.asked_address = lab.address
    lab.firewall = Firewall(lab.router)
    lab.firewall.add('forward', 'reject admin-prohibited', proto='tcp', dport=lab.port + 1)
    lab.firewall.add('input', 'drop', proto='tcp', dport=lab.port)

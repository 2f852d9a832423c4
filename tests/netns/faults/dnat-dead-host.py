"""The router's address is asked, which hands the connection on, now to a host that is none."""
import ipaddress

from nat import dnat, undo_dnat
from services import some_service

# The router's word comes after three seconds; who asks has good reasons not to wait for it: the address answers ping.
EXPECT = {'symptom': ['refused-by-icmp', 'syn-unanswered']}


def build(lab):
    lab.service = some_service(lab)
    lab.outer = lab.on(lab.router, lab.client_net)[0 if lab.family == 4 else 1]
    dnat(lab.router, lab.outer, lab.port, lab.address, lab.port)
    lab.asks('tcp', host=lab.outer)


def fault(lab):
    undo_dnat(lab.router)
    dnat(lab.router, lab.outer, lab.port, str(ipaddress.ip_address(lab.address) + 2), lab.port)

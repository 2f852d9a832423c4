"""The router forwards nothing, and is asked itself."""
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}
SERVER = 'router'
EXPECT_SERVER = {'here': True}


def build(lab):
    lab.service = some_service(lab)
    lab.asked_address = lab.address


def fault(lab):
    lab.router.sysctl('net.ipv4.ip_forward=0', 'net.ipv6.conf.all.forwarding=0')

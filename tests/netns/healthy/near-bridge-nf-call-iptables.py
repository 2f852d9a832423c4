"""The switch is a Linux bridge whose host forwards nothing, and which shows iptables nothing of what it carries; it is asked itself."""
from services import some_service

LAYOUT = 'lan'
SERVER = 'switch'


def build(lab):
    lab.service = some_service(lab)
    lab.asked_address = lab.address
    lab.switch.sysctl('net.bridge.bridge-nf-call-iptables=0', 'net.bridge.bridge-nf-call-ip6tables=0')
    lab.switch.iptables('-P FORWARD DROP')
    lab.switch.iptables('-P INPUT DROP')

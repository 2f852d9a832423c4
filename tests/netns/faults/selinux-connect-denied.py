"""SELinux does not let the program connect. (The refusal itself is Landlock's: no lab has an SELinux.)"""
import client_landlock
from selinux import denied_itself, enforces

EXPECT = {'symptom': 'local-refused', 'or': ['client-landlock-deny'],
          'root': {'certainty': 'proven', 'cause': 'selinux-connect-denied', 'culprit': {'kind': 'process', 'denied': 'name_connect'}}}
SIDES = ('client',)


def fault(lab):
    enforces(lab.client)
    lab.wrap = [*client_landlock.only_ports(22, 53, 80, 443), *denied_itself(lab.port)]

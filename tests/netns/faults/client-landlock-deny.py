"""The client program runs in a sandbox of Landlock that knows other ports."""
import client_landlock

EXPECT = {'symptom': 'local-refused', 'root': {'certainty': 'proven', 'place': 'client', 'culprit': {'kind': 'process'}}}
VARIANTS = [{'family': 4}, {'family': 6}]


def fault(lab):
    lab.wrap = client_landlock.only_ports(22, 53, 80, 443)

"""dnsmasq, over UDP and TCP."""
from services import dnsmasq


def build(lab):
    lab.port = 53
    lab.service = dnsmasq(lab.server, ['www.example 192.0.2.1'])
    lab.command = [lab.rng.choice(['dns://', 'udp://', 'tcp://']) + lab.target]

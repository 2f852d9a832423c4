"""The service looks up the client's name first, and its name server does not answer."""
from services import resolves_by, silent_resolver, telnetd_behind_tcpd

EXPECT = {'symptom': ['silent-after-connect', 'slow']}


def build(lab):
    silent_resolver(lab)
    lab.port = lab.rng.choice([23, lab.port])
    lab.service = telnetd_behind_tcpd(lab.server, lab.port)
    lab.asks('telnet')


def fault(lab):
    resolves_by(lab.server, lab.resolver.addr4)

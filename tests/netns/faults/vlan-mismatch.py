"""The server's port of the switch was put into a VLAN whose tag the server does not expect."""
import pathlib

from services import some_service

EXPECT = {'symptom': ['refused-by-icmp', 'syn-unanswered']}
EXPECT_SERVER = {'symptom': ['none', 'syn-unanswered', 'arp-unanswered', 'not-enough-seen'], 'status': ['failing', 'unknown']}
SERVER = 'remote'


def build(lab):
    tagged = lab.tagged = pathlib.Path('/tmp/tagged')

    def wire(frame, outward):
        if tagged.exists():
            frame = frame[:12] + b'\x81\x00\x00\x05' + frame[12:] if outward else frame
        return 0.001, frame
    lab.add_host('remote', behind=lab.router, wire=wire)
    lab.service = some_service(lab, lab.remote)
    lab.asks('tcp', host=lab.remote.address)


def fault(lab):
    lab.wire.write(lab.tagged, '')
    lab.router.run('ip neigh flush all; ip -6 neigh flush all')

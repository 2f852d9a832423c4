"""A box on the way changes packets and forgets the checksum."""
import pathlib

from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'here': True}
SERVER = 'remote'


def build(lab):
    broken = lab.broken = pathlib.Path('/tmp/broken')

    def wire(frame, outward):
        at = 14 + (20 if frame[12:14] == b'\x08\x00' else 40)
        is_tcp = frame[12:14] == b'\x08\x00' and frame[23] == 6 or frame[12:14] == b'\x86\xdd' and frame[20] == 6
        if outward and is_tcp and broken.exists():
            frame = frame[:at + 16] + bytes([frame[at + 16] ^ 0x5a]) + frame[at + 17:]
        return 0.001, frame
    lab.add_host('remote', behind=lab.router, wire=wire)
    lab.service = some_service(lab, lab.remote)
    lab.asks('tcp', host=lab.remote.address)


def fault(lab):
    lab.wire.write(lab.broken, '')

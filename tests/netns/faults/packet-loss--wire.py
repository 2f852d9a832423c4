"""A bad cable: two of five frames are lost, both ways."""
import itertools
import pathlib

from services import http_server

# Now and then the answer is lost so often that it does not come in time.
EXPECT = {'symptom': ['lossy', 'slow', 'syn-unanswered', 'silent-after-connect']}

SERVER = 'remote'


def build(lab):
    bad = lab.bad = pathlib.Path('/tmp/bad-cable')  # as the wire's own host sees it
    seen = itertools.count()

    def wire(frame, outward):
        # ARP is spared: a neighbour that is not found is another fault.
        spared = frame[12:14] == b'\x08\x06' or frame[20] == 58
        return None if bad.exists() and not spared and next(seen) % 5 in (1, 3) else 0.002
    lab.add_host('remote', behind=lab.router, wire=wire)
    lab.service = http_server(lab.remote, lab.port)
    lab.asks('http', host=lab.remote.address)


def fault(lab):
    lab.wire.write(lab.bad, '')

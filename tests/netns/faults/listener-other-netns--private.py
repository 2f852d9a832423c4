"""The service was started again with a network of its own (PrivateNetwork): only a loopback."""
import time

from services import some_service

EXPECT = {'symptom': 'refused-by-rst'}


def build(lab):
    lab.service = some_service(lab)


def fault(lab):
    lab.service.stop()
    up = lab.rng.choice(['ip link set lo up', 'true'])
    lab.server.start(f'exec unshare --net sh -c "{up}; exec python3 -m http.server --bind :: {lab.port}"')
    time.sleep(1.5)

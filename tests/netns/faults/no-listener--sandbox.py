"""The service was stopped; what somebody tries in a network of its own (unshare) listens on the port."""
import time

from services import some_service

EXPECT = {'symptom': 'refused-by-rst'}
EXPECT_SERVER = {'set': ['listener-other-netns'], 'or': ['listener-other-netns'], 'certainty': 'suspected'}
SIDES = ('server',)


def build(lab):
    lab.service = some_service(lab)


def fault(lab):
    lab.service.stop()
    address = lab.rng.choice(['127.0.0.1', '::'])
    lab.server.start(f'exec unshare --net sh -c "ip link set lo up; exec python3 -m http.server --bind {address} {lab.port}"')
    time.sleep(1.5)

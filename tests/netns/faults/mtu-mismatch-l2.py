"""The switch's port takes smaller frames than the server sends, and nobody says so."""
from lab import plain_frames
from services import http_server

LAYOUT = 'lan'
EXPECT = {'symptom': ['only-large-segments-lost', 'silent-after-connect', 'data-unanswered']}
EXPECT_SERVER = {'skip': 'the switch drops it'}


def build(lab):
    # A veth hands over what is still to be cut without looking at its length.
    plain_frames(lab.server, lab.server.device)
    plain_frames(lab.client, lab.client.device)
    lab.service = http_server(lab.server, lab.port, body='It works.\n' * 3000)
    lab.asks('http')


def fault(lab):
    lab.switch.ip(f'link set port3 mtu {lab.rng.randrange(1290, 1400)}')

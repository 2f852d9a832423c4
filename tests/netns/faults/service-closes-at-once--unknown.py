"""The service closes every connection at once; what it is was not said."""
from services import banner_server, closing_server, mute_client

EXPECT = {'symptom': ['closed-after-connect', 'reset-after-connect']}
EXPECT_SERVER = {'set': ['service-crashes']}  # how a child of the service ended, nobody can see


def build(lab):
    lab.service = banner_server(lab.server, lab.port)
    lab.real_client = mute_client(lab)


def fault(lab):
    lab.service.stop()
    lab.service = closing_server(lab.server, lab.port)

"""The service resets every connection at once; what it is was not said."""
from services import banner_server, mute_client, resetting_server

EXPECT = {'symptom': 'reset-after-connect'}
EXPECT_SERVER = {'set': ['service-crashes']}  # how a child of the service ended, nobody can see


def build(lab):
    lab.service = banner_server(lab.server, lab.port)
    lab.real_client = mute_client(lab)


def fault(lab):
    lab.service.stop()
    lab.service = resetting_server(lab.server, lab.port)

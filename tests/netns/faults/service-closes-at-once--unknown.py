"""The service closes every connection at once; what it is was not said."""
from services import banner_server, closing_server

EXPECT = {'symptom': ['closed-after-connect', 'reset-after-connect']}
EXPECT_SERVER = {'set': ['service-crashes']}  # how a child of the service ended, nobody can see


def build(lab):
    lab.service = banner_server(lab.server, lab.port)


def fault(lab):
    lab.service.stop()
    lab.service = closing_server(lab.server, lab.port)

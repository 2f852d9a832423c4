"""The service listens on this port by UDP only."""
from services import udp_server

EXPECT = {'symptom': 'refused-by-rst'}


def fault(lab):
    lab.service.stop()
    lab.service = udp_server(lab.server, lab.port)

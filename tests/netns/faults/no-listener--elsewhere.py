"""The service was stopped; others listen on the loopback, in a container and by UDP, on other ports."""
from services import banner_server, some_service, udp_server

EXPECT = {'symptom': 'refused-by-rst'}


def build(lab):
    lab.add_host('container', behind=lab.server)
    banner_server(lab.container, 25)
    banner_server(lab.server, 6011, address='127.0.0.1')
    udp_server(lab.server, 53)
    lab.service = some_service(lab)


def fault(lab):
    lab.service.stop()

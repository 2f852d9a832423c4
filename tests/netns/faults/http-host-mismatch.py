"""The web server serves other names, and says so."""
from services import nginx

EXPECT = {'symptom': 'service-error', 'certainty': 'inferred'}
EXPECT_SERVER = {'certainty': 'inferred'}


def build(lab):
    lab.name = lab.name_server_in_hosts()
    lab.service = nginx(lab.server, lab.port)
    lab.asks('http', host=lab.name)


def fault(lab):
    lab.service.stop()
    nginx(lab.server, lab.port, server='server_name _; return 421;')

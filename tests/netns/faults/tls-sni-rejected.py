"""The web server knows other names only, and refuses the rest."""
from services import certificate, nginx

EXPECT = {'symptom': 'tls-failed'}


def build(lab):
    lab.name = lab.name_server_in_hosts()
    lab.cert = certificate(lab.server, lab.name)
    lab.service = nginx(lab.server, lab.port, tls=lab.cert)
    lab.asks('tls', host=lab.name)


def fault(lab):
    lab.service.stop()
    nginx(lab.server, lab.port, tls=lab.cert, server='server_name _; ssl_reject_handshake on;')

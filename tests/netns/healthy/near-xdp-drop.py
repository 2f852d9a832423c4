"""A program at the server's device looks at every packet of the port and lets it pass."""
from drops import xdp
from services import some_service


def build(lab):
    lab.service = some_service(lab)
    xdp(lab.server, lab.port, verdict='pass')

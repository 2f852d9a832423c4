"""The service's socket takes signed segments only of another peer, which sends unsigned ones."""
from drops import md5_key
from noise import knock
from services import some_service


def build(lab):
    peer = lab.on(lab.router, lab.server_net)[0 if lab.family == 4 else 1]
    lab.service = some_service(lab, prepare=md5_key(peer), address='0.0.0.0' if lab.family == 4 else '::')
    knock(lab.router, lab.address, lab.port)

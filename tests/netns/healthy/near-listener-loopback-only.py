"""Another service listens on the loopback only, and is refused to somebody all the time."""
from noise import knock
from services import banner_server, some_service


def build(lab):
    lab.service = some_service(lab)
    banner_server(lab.server, lab.port + 1, address='127.0.0.1' if lab.family == 4 else '::1')
    knock(lab.client, lab.address, lab.port + 1)

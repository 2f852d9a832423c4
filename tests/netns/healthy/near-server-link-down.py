"""Another device of the server is down, and one has no carrier."""
from services import some_service


def build(lab):
    lab.service = some_service(lab)
    net = lab.draw_network()
    lab.server.ip('link add spare0 type veth peer name spare1', f'addr add {net.net4[9]}/24 dev spare0', 'link add mgmt0 type bridge',
                  'link set spare0 up')

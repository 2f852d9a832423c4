"""A network of containers on the server is another one than the client's."""
from services import some_service


def build(lab):
    lab.service = some_service(lab)
    other = lab.draw_network()
    lab.server.ip('link add docker0 type bridge', 'link set docker0 up', f'addr add {other.net4[1]}/24 dev docker0',
                  f'addr add {other.net6[1]}/64 dev docker0 nodad')

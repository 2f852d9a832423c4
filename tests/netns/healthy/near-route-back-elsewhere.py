"""A blackhole, a rule and a dead gateway for others than this client."""
from services import some_service


def build(lab):
    lab.service = some_service(lab)
    family = f'-{lab.family}'
    other = lab.draw_network()
    net = other.net4 if lab.family == 4 else other.net6
    lab.server.run(f'ip {family} route add blackhole {net}')
    lab.server.run(f'ip {family} rule add to {net[9]} priority 90 prohibit')
    lab.server.run(f'ip {family} rule add ipproto tcp sport {lab.port % 60000 + 1} priority 91 blackhole')

"""Policy rules and routes of the server send answers to others nowhere."""
from services import some_service


def build(lab):
    lab.service = some_service(lab)
    other = lab.draw_network()
    net = other.net4 if lab.family == 4 else other.net6
    lab.server.run(f'ip -{lab.family} rule add to {net} priority 100 prohibit; ip -{lab.family} route add blackhole {net}')
    lab.server.run(f'ip -{lab.family} rule add fwmark 0x7 priority 90 blackhole')

"""IPsec policies of the server block, and want encrypted packets of, another host."""
from services import some_service


def build(lab):
    lab.service = some_service(lab)
    other = lab.draw_network().address(9)[0 if lab.family == 4 else 1]
    policy = f'ip xfrm policy add src {other} dst {lab.address} proto tcp'
    lab.server.run(f'{policy} dport {lab.port} dir in action block')
    lab.server.run(f'{policy} dir in tmpl proto esp mode transport level required')

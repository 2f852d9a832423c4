"""inetd answers by a socket for all addresses, and the server's route has another of its addresses for the answer."""
import ipaddress

from services import inetd

EXPECT = {'symptom': 'udp-unanswered'}
EXPECT_FIX = {'id': 'superserver'}


def build(lab):
    lab.name, lab.port = lab.rng.choice([('echo', 7), ('daytime', 13)])
    other = str(ipaddress.ip_address(lab.address) + 3)
    four, six, _ = lab.on(lab.router, lab.server_net)
    lab.server.ip(f'addr add {other}/{24 if lab.family == 4 else 64} dev {lab.server.device}' + (' nodad' if lab.family == 6 else ''))
    lab.server.run(f'ip -{lab.family} route replace default via {four if lab.family == 4 else six} dev {lab.server.device} src {other}')
    serve(lab, lab.address + ':' if lab.family == 4 else f'[{lab.address}]:')
    lab.asks('udp', '--send', 'hello')


def serve(lab, before=''):
    lab.service = inetd(lab.server, f'{before}{lab.name} dgram udp{"6" if lab.family == 6 else ""} wait root internal')
    lab.server.wait_listening(lab.port, 'udp', lab.service)


def fault(lab):
    lab.service.stop()
    serve(lab)

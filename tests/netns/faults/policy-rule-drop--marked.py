"""A rule of the server marks its answers, and marked packets are routed by a table that drops them."""
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'skip': 'the route of a marked answer is not looked up', 'probe': False}
SIDES = ('server',)


def build(lab):
    lab.service = some_service(lab)


def fault(lab):
    mark = lab.rng.randrange(1, 1000)
    if lab.rng.random() < 0.5:
        tables = 'iptables-legacy' if lab.family == 4 else 'ip6tables-legacy'
        lab.server.run([tables, '-t', 'mangle', '-A', 'OUTPUT', '-p', 'tcp', '--sport', str(lab.port), '-j', 'MARK', '--set-mark', str(mark)])
    else:
        family = 'ip' if lab.family == 4 else 'ip6'
        lab.server.nft(f'add table {family} lab')
        lab.server.nft(f'add chain {family} lab output {{ type route hook output priority -150; }}')
        lab.server.nft(f'add rule {family} lab output tcp sport {lab.port} meta mark set {mark}')
    lab.server.ip(f'-{lab.family} rule add fwmark {mark} table 77')
    lab.server.ip(f'-{lab.family} route add blackhole default table 77')

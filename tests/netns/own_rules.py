"""Rules of the client's own that no walk can foretell.

    culprit = by_chance(lab, 'output', 'drop')       # what comes of the connection goes there, and nearly all of it is dropped
    by_chance(lab, 'input', 'drop', rarely=True)     # nearly nothing is
    early_or_late(lab, 'output'), unread(lab, 'output')
"""
from firewall import Firewall


def by_chance(lab, chain, verdict, more='', rarely=False, proto='tcp'):
    """The rule stands in a chain of its own, behind one for others; returns its culprit's fields."""
    own = Firewall(lab.client)
    port = f'{"d" if chain == "output" else "s"}port'
    name = f'own-{chain}'
    if lab.engine == 'nft':
        chance = f'numgen random mod 1000000 {"==" if rarely else "!="} 1'
        word = own._nft_verdict(verdict)
        lab.client.nft(f'add chain {own.where} {name}')
        lab.client.nft(f'add rule {own.where} {name} {proto} {port} 1 drop')
        lab.client.nft(f'add rule {own.where} {name} {proto} {port} {lab.port} {more} {chance} {word}')
        own.add(chain, f'jump {name}')
        return {'kind': 'firewall-rule', 'engine': 'nft', 'table': 'filter', 'chain': name, 'rule': 2}
    chance = f'-m statistic --mode random --probability {"0.000001" if rarely else "0.999999"}'
    own.tool(f'-N {name}')
    own.tool(f'-A {name} -p {proto} --{port} 1 -j DROP')
    own.tool(f'-A {name} -p {proto} --{port} {lab.port} {more} {chance} {own._iptables_verdict(verdict)}')
    own.add(chain, f'-j {name}')
    return {'kind': 'firewall-rule', 'engine': lab.engine, 'table': 'filter', 'chain': name, 'rule': 2}


def early_or_late(lab, chain):
    """The same beside the usual tables: 'output' in raw, mangle, or behind the routing decision, 'input' before it; the rule drops."""
    port = f'{"d" if chain == "output" else "s"}port'
    tables = {'output': (('raw', 'OUTPUT'), ('mangle', 'OUTPUT'), ('mangle', 'POSTROUTING')),
              'input': (('raw', 'PREROUTING'), ('mangle', 'PREROUTING'), ('mangle', 'INPUT'))}
    hooks = {'output': (('output', -300), ('output', -150), ('postrouting', 150)),
             'input': (('prerouting', -300), ('ingress', 0), ('input', -150))}
    if lab.engine != 'nft':
        table, name = lab.rng.choice(tables[chain])
        lab.client.iptables(f'-t {table} -A {name} -p tcp --{port} {lab.port} -m statistic --mode random --probability 0.999999 '
                            '-j DROP', engine=lab.engine, family=lab.family)
        return {'kind': 'firewall-rule', 'engine': lab.engine, 'table': table, 'chain': name, 'rule': 1}
    hook, priority = lab.rng.choice(hooks[chain])
    family = 'netdev' if hook == 'ingress' else 'inet'
    device = f'device {lab.client.device} ' if hook == 'ingress' else ''
    lab.client.nft(f'add table {family} lab')
    lab.client.nft(f'add chain {family} lab {hook} {{ type filter hook {hook} {device}priority {priority}; }}')
    lab.client.nft(f'add rule {family} lab {hook} tcp {port} {lab.port} numgen random mod 1000000 != 1 drop')
    return {'kind': 'firewall-rule', 'engine': 'nft', 'family': family, 'table': 'lab', 'chain': hook, 'rule': 1}


def unread(lab, chain):
    """A rule that drops all, and no program at hand that lists it."""
    own = Firewall(lab.client)
    own.add(chain, 'accept', proto='icmp')
    own.add(chain, 'drop', proto='tcp', **{f'{"d" if chain == "output" else "s"}port': lab.port})
    for name in ('nft', 'xtables-legacy-multi', 'xtables-nft-multi'):
        lab.client.run(f'test ! -e /usr/sbin/{name} || mount --bind /dev/null /usr/sbin/{name}')
    name = chain if lab.engine == 'nft' else chain.upper()
    return {'kind': 'firewall-rule', 'table': 'filter', 'chain': name, 'rule': 2}

"""Rules of the client's own that no walk can foretell.

    culprit = by_chance(lab, 'output', 'drop')       # what comes of the connection goes there, and nearly all of it is dropped
    by_chance(lab, 'input', 'drop', rarely=True)     # nearly nothing is
"""
from firewall import Firewall


def by_chance(lab, chain, verdict, more='', rarely=False):
    """The rule stands in a chain of its own, behind one for others; returns its culprit's fields."""
    own = Firewall(lab.client)
    port = f'{"d" if chain == "output" else "s"}port'
    name = f'own-{chain}'
    if lab.engine == 'nft':
        chance = f'numgen random mod 1000000 {"==" if rarely else "!="} 1'
        word = own._nft_verdict(verdict)
        lab.client.nft(f'add chain {own.where} {name}')
        lab.client.nft(f'add rule {own.where} {name} tcp {port} 1 drop')
        lab.client.nft(f'add rule {own.where} {name} tcp {port} {lab.port} {more} {chance} {word}')
        own.add(chain, f'jump {name}')
        return {'kind': 'firewall-rule', 'engine': 'nft', 'table': 'filter', 'chain': name, 'rule': 2}
    chance = f'-m statistic --mode random --probability {"0.000001" if rarely else "0.999999"}'
    own.tool(f'-N {name}')
    own.tool(f'-A {name} -p tcp --{port} 1 -j DROP')
    own.tool(f'-A {name} -p tcp --{port} {lab.port} {more} {chance} {own._iptables_verdict(verdict)}')
    own.add(chain, f'-j {name}')
    return {'kind': 'firewall-rule', 'engine': lab.engine, 'table': 'filter', 'chain': name, 'rule': 2}

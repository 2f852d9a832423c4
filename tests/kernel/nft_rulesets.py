"""Random rulesets in nft's own language, a counter in every rule (see rulesets.py)."""

NETS = {'ip': ['10.0.0.0/8', '10.1.0.0/16', '10.1.2.0/24', '10.1.2.3', '192.168.0.0/16', '172.16.1.2', '203.0.113.0/29',
               '10.1.2.3-10.1.2.9', '0.0.0.0/1', '192.168.1.128/25'],
        'ip6': ['2001:db8::/32', '2001:db8:1::/48', '2001:db8::1', '2001:db8::1-2001:db8::9', 'fd00::/8', 'fd00:1::2', '2000::/3']}
POINTS = {'ip': ['10.1.2.3', '172.16.1.2', '203.0.113.7', '10.1.2.4', '192.168.1.1'],
          'ip6': ['2001:db8::1', 'fd00:1::2', '2001:db8:1::7', '2001:db8::2']}
DISJOINT = {'ip': ['10.1.0.0/16', '192.168.1.0/24', '172.16.1.2', '203.0.113.0/29', '10.2.0.5-10.2.0.9'],
            'ip6': ['2001:db8:1::/48', 'fd00::/16', '2001:db8::1', '2001:db8:2::5-2001:db8:2::9']}
PORTS = ['22', '80', '443', '53', '5555', '1024-65535', '0-1023', '79-81', '65535']
PORT_SETS = [['22', '80', '443'], ['53', '5555'], ['20-22', '80'], ['1024-2000', '3000'], ['0-21', '23-79']]
DEVICES = ['"eth0"', '"eth1"', '"eth*"', '"docker0"', '"br-lan"', '"wg0"']
STATES = ['new', 'invalid', 'established,related', 'new,untracked', 'untracked', '{ new, established }']
MARKS = ['0x1', '0x10', '0x0', '0x1-0xff']
HOOKS = ['prerouting', 'input', 'forward', 'output', 'postrouting']
PRIORITIES = {'prerouting': [-300, -250, -150, -100, 0], 'input': [-150, 0, 0, 10, 50], 'forward': [-150, 0, 0, 10, 225],
              'output': [-300, -150, 0, 0, 10], 'postrouting': [-150, 0, 100, 300]}
REJECTS = {'ip': ['icmp type net-unreachable', 'icmp type host-unreachable', 'icmp type prot-unreachable', 'icmp type port-unreachable',
                  'icmp type admin-prohibited', 'icmp type host-prohibited', 'icmp type net-prohibited'],
           'ip6': ['icmpv6 type no-route', 'icmpv6 type admin-prohibited', 'icmpv6 type addr-unreachable', 'icmpv6 type port-unreachable'],
           'inet': ['icmpx type no-route', 'icmpx type admin-prohibited', 'icmpx type host-unreachable', 'icmpx type port-unreachable']}


class Nft:
    def __init__(self, rng):
        self.rng = rng

    def one(self, of):
        return self.rng.choice(of)

    def maybe(self, chance):
        return self.rng.random() < chance

    def no(self, chance=0.2):
        return '!= ' if self.maybe(chance) else ''

    def some(self, of, most=3):
        """An anonymous set of a few."""
        return '{ ' + ', '.join(self.rng.sample(of, min(len(of), self.rng.randrange(1, most + 1)))) + ' }'

    def addresses(self, family):
        return self.one([self.one(NETS[family]), self.one(NETS[family]), self.some(DISJOINT[family])])

    def ports(self):
        if self.maybe(0.3):
            return '{ ' + ', '.join(self.one(PORT_SETS)) + ' }'
        if self.maybe(0.15):
            return self.one(['>= ', '< ', '> ', '<= ']) + self.one(['22', '1024', '443'])
        return self.no() + self.one(PORTS)

    def layer3(self, table):
        return self.one(['ip', 'ip6']) if table == 'inet' else table

    def match(self, table, home, sets):
        """(words, protocol it implies or None, family it implies or None)"""
        v = self.layer3(table)
        one, no = self.one, self.no
        pool = [
            lambda: (f'{v} {one(["saddr", "daddr"])} {no()}{self.addresses(v)}', None, v),
            lambda: (f'{v} {one(["saddr", "daddr"])} {no()}{self.addresses(v)}', None, v),
            lambda: (f'tcp {one(["dport", "dport", "sport"])} {self.ports()}', 'tcp', None),
            lambda: (f'tcp {one(["dport", "dport", "sport"])} {self.ports()}', 'tcp', None),
            lambda: (f'udp {one(["dport", "sport"])} {self.ports()}', 'udp', None),
            lambda: (f'th dport {self.ports()}', 'any', None),
            lambda: (f'sctp dport {self.ports()}', 'sctp', None),
            lambda: (f'meta l4proto {no()}{one(["tcp", "udp", "icmp", "{ tcp, udp }", "47", "{ 1, 58, 132 }"])}', 'any', None),
            lambda: ('meta l4proto tcp', 'tcp', None),
            lambda: (f'tcp flags {one(["syn", "& (fin | syn | rst | ack) == syn", "& (syn | ack) != syn", "! syn,fin", "== 0x0", "& syn == 0", "syn,ack", "ack / fin,ack"])}', 'tcp', None),
            lambda: (f'ct state {no()}{one(STATES)}', None, None),
            lambda: (f'ct state {no()}{one(STATES)}', None, None),
            lambda: (f'ct direction {one(["original", "reply"])}', None, None),
            lambda: (f'ct mark {no()}{one(MARKS)}', None, None),
            lambda: (f'ct status {one(["confirmed", "seen-reply", "expected", "dnat"])}', None, None),
            lambda: (f'meta mark {no()}{one(MARKS)}', None, None),
            lambda: (f'meta mark & 0xf0 {one(["==", "!="])} 0x10', None, None),
            lambda: (f'meta length {no()}{one(["40", "28-60", "{ 28, 40, 48-60 }"])}', None, None),
            lambda: (f'fib daddr type {no()}{one(["local", "unicast", "{ local, broadcast }"])}', None, None),
            lambda: (f'ip dscp {no()}{one(["0x2e", "cs1", "{ 0x00, 0x0a }"])}' if v == 'ip' else f'ip6 dscp {no()}0x2e', None, v),
            lambda: (f'ip ttl {one(["64", "< 10", "> 64", "!= 64"])}' if v == 'ip' else f'ip6 hoplimit {one(["64", "< 10", "!= 64"])}', None, v),
            lambda: (f'ip length {one(["40", "< 100"])}' if v == 'ip' else f'meta length {one(["60", "< 100"])}', None, v),
            lambda: (f'icmp type {no()}{one(["echo-request", "{ echo-request, destination-unreachable }", "time-exceeded", "8"])}' if v == 'ip' else
                     f'icmpv6 type {no()}{one(["echo-request", "{ echo-request, nd-neighbor-solicit }", "packet-too-big"])}', 'icmp', v),
            lambda: (f'icmp code {one(["0", "1-4"])}' if v == 'ip' else f'icmpv6 code {one(["0", "1-4"])}', 'icmp', v),
            lambda: (f'{v} saddr . tcp dport {{ {one(POINTS[v])} . 22, {one(DISJOINT[v])} . 80-443 }}', 'tcp', v),
            lambda: (f'{v} {"protocol" if v == "ip" else "nexthdr"} {no()}{one(["tcp", "udp", "{ tcp, udp }", "132"])}', 'any', v),
            lambda: (f'ip protocol tcp' if v == 'ip' else f'ip6 nexthdr tcp', 'tcp', v),
            lambda: (f'tcp option maxseg size {one(["1460", "500-1400", "< 1000"])}', 'tcp', None),
        ]
        if table == 'inet':
            pool += [lambda: ('meta nfproto ipv4', None, 'ip'), lambda: ('meta nfproto ipv6', None, 'ip6')]
        if home in ('prerouting', 'input', 'forward'):
            pool += [lambda: (f'iifname {no()}{one(DEVICES)}', None, None), lambda: (f'iifname {self.some(DEVICES[:2] + DEVICES[3:])}', None, None),
                     lambda: (f'ether saddr {no()}{one(["02:00:00:00:00:01", "00:11:22:33:44:55"])}', None, None),
                     lambda: (f'meta pkttype {no()}{one(["host", "broadcast"])}', None, None)]
        if home in ('output', 'postrouting', 'forward'):
            pool += [lambda: (f'oifname {no()}{one(DEVICES)}', None, None)] * 2
        if home == 'output':
            pool += [lambda: (f'meta {one(["skuid", "skgid"])} {no()}{one(["0", "33", "1000-2000", "{ 33, 1000 }"])}', None, None)] * 3
        for name, key, protocol, family in sets:
            if table == 'inet' or family in (None, table):
                pool += [lambda n=name, k=key, p=protocol, f=family: (f'{k} {no()}@{n}', p, f)] * 2
        return one(pool)()

    def verdict(self, table, home, protocol, family, below):
        one = self.one
        pool = ['accept'] * 3 + ['drop'] * 3 + ['return'] * 2 + ['continue', 'log prefix "x "', '', '']
        if below:
            pool += [f'jump {c}' for c in below] + [f'goto {one(below)}']
        if home in ('input', 'forward', 'output', 'prerouting'):
            pool += ['reject'] if table != 'inet' or home != 'prerouting' else []
            if family and table == 'inet' or table != 'inet':
                pool += ['reject with ' + one(REJECTS[family or table])] * 2
            if table == 'inet':
                pool += ['reject with ' + one(REJECTS['inet'])] * 2
            if protocol == 'tcp':
                pool += ['reject with tcp reset'] * 3
        pool += [f'meta mark set {one(["0x1", "0x10", "0x0", "meta mark | 0x10", "meta mark & 0xf", "meta mark ^ 0x1", "ct mark"])}',
                 f'ct mark set {one(["0x1", "meta mark"])}']
        if home in ('prerouting', 'output'):
            pool += ['notrack']
        if self.maybe(0.15) and below:
            target = one(below)
            v = family or (table if table != 'inet' else None)
            maps = [f'meta l4proto vmap {{ tcp : jump {target}, udp : drop, icmp : accept }}',
                    'ct state vmap { established : accept, related : accept, invalid : drop }',
                    f'iifname vmap {{ "eth0" : jump {target}, "lo" : accept, "wg0" : drop }}']
            if protocol in (None, 'tcp'):
                maps.append(f'tcp dport vmap {{ 22 : accept, 80 : drop, 1000-2000 : jump {target} }}')
            if v and protocol in (None, 'tcp'):
                maps.append(f'{v} saddr . tcp dport vmap {{ {POINTS[v][0]} . 22 : accept, {POINTS[v][1]} . 80 : jump {target} }}')
            if v:
                maps.append(f'{v} saddr vmap {{ {DISJOINT[v][0]} : jump {target}, {DISJOINT[v][2]} : drop }}')
            return one(maps)
        return one(pool)

    def rule(self, table, home, sets, below):
        words, protocol, family = [], None, None
        for _ in range(self.one([0, 1, 1, 1, 2, 2, 3])):
            w, p, f = self.match(table, home, sets)
            if (p and protocol and p != protocol) or (f and family and f != family):
                continue
            # nft 1.0.6 lists this without the protocol, and so without the family.
            if 'tcp option' in w and any('ip protocol' in x or 'nexthdr' in x for x in words):
                continue
            if ('ip protocol' in w or 'nexthdr' in w) and any('tcp option' in x for x in words):
                continue
            words.append(w)
            protocol, family = protocol or p, family or f
        words.append('counter')
        words.append(self.verdict(table, home, protocol, family, below))
        return ' '.join(w for w in words if w)

    def sets(self, table):
        """Lines of the table, and what a rule can ask: (name, key, protocol, family)."""
        v = self.layer3(table)
        kind = {'ip': 'ipv4_addr', 'ip6': 'ipv6_addr'}[v]
        makers = [
            (f'type {kind}', POINTS[v], f'{v} saddr', None, v),
            (f'type {kind}; flags interval', DISJOINT[v], f'{v} daddr', None, v),
            ('type inet_service', ['22', '80', '443', '5555'], 'tcp dport', 'tcp', None),
            ('type inet_service; flags interval', ['20-22', '80', '1000-2000'], 'udp dport', 'udp', None),
            (f'type {kind} . inet_service', [f'{a} . {p}' for a in POINTS[v][:3] for p in (22, 80)], f'{v} saddr . tcp dport', 'tcp', v),
            (f'type {kind} . inet_service; flags interval', [f'{DISJOINT[v][0]} . 22-80', f'{DISJOINT[v][1]} . 443', f'{POINTS[v][0]} . 0-65535'],
             f'{v} daddr . tcp dport', 'tcp', v),
            ('type mark', ['0x1', '0x10'], 'meta mark', None, None),
            ('type inet_proto . inet_service', ['tcp . 22', 'udp . 53'], 'meta l4proto . th dport', 'any', None),
        ]
        lines, asks = [], []
        for i, (head, elements, key, protocol, family) in enumerate(self.rng.sample(makers, self.rng.randrange(0, 4))):
            some = self.rng.sample(elements, self.rng.randrange(0, len(elements) + 1))
            body = f'; elements = {{ {", ".join(some)} }}' if some else ''
            lines.append(f'\tset s{i} {{ {head}{body}; }}')
            asks.append((f's{i}', key, protocol, family))
        return lines, asks

    def table(self, number):
        family = self.one(['inet', 'inet', 'ip', 'ip6'])
        lines = [f'table {family} t{number} {{']
        sets, asks = self.sets(family)
        hooks = self.rng.sample(HOOKS, self.rng.randrange(1, 5))
        users = [(f'u{i}', self.one(hooks)) for i in range(self.rng.randrange(0, 5))]
        chains = []
        for at, (user, home) in enumerate(users):
            below = [u for u, h in users[at + 1:] if h == home]
            chains.insert(0, [f'\tchain {user} {{'] +
                          [f'\t\t{self.rule(family, home, asks, below)}' for _ in range(self.rng.randrange(1, 6))] + ['\t}'])
        for at, hook in enumerate(hooks):
            below = [u for u, h in users if h == hook]
            policy = self.one(['accept', 'accept', 'drop'])
            chains.append([f'\tchain c{at} {{', f'\t\ttype filter hook {hook} priority {self.one(PRIORITIES[hook])}; policy {policy};'] +
                          [f'\t\t{self.rule(family, hook, asks, below)}' for _ in range(self.rng.randrange(1, 8))] + ['\t}'])
        return lines + sets + [line for c in chains for line in c] + ['}']


def make(rng):
    nft = Nft(rng)
    return '\n'.join(line for i in range(rng.randrange(1, 4)) for line in nft.table(i)) + '\n'

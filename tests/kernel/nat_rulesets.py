"""Random rulesets that translate addresses (see rulesets.py): nat tables of all kinds of targets, and filter tables
that ask for what they leave behind: states, translated addresses and ports, the connection's own."""

OLD = {4: ['10.0.0.0/8', '10.1.2.0/24', '10.1.2.3', '192.168.0.0/16', '172.16.1.2', '203.0.113.0/29', '203.0.113.7', '0.0.0.0/1'],
       6: ['2001:db8::/32', '2001:db8:1::/48', '2001:db8::1', 'fd00::/8', 'fd00:1::2', '2000::/3']}
NEW = {4: ['10.9.0.1', '10.9.0.2', '192.168.77.1', '203.0.113.200', '10.1.2.3'],
       6: ['fd09::1', 'fd09::2', '2001:db8:77::1', '2001:db8::1']}
RANGES = {4: ['10.9.0.1-10.9.0.2', '10.9.0.4-10.9.0.9', '192.168.77.0-192.168.77.255'],
          6: ['fd09::1-fd09::2', '2001:db8:77::-2001:db8:77::ff']}
PREFIXES = {4: ['10.9.0.0/24', '192.168.64.0/18', '172.20.0.0/16', '10.9.9.9/32'], 6: ['fd09:1::/64', '2001:db8:7700::/40', 'fd09::7/128']}
PORTS = ['80', '443', '53', '8080', '1:65535', '1024:65535', '22']
TO = ['8080', '80', '5353', '22', '1', '65535']
TO_RANGES = ['8000-8009', '1024-65535', '80-81', '40000-40000']
DEVICES = ['eth0', 'eth1', 'docker0']
STATES = ['NEW', 'ESTABLISHED', 'ESTABLISHED,RELATED', 'INVALID', 'UNTRACKED', 'NEW,ESTABLISHED']
CHAINS = {'nat': ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'], 'filter': ['INPUT', 'FORWARD', 'OUTPUT'],
          'mangle': ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'], 'raw': ['PREROUTING', 'OUTPUT']}


class Nat:
    """What both languages share."""

    def __init__(self, rng, family):
        self.rng, self.family = rng, family

    def one(self, of):
        return self.rng.choice(of)

    def maybe(self, chance):
        return self.rng.random() < chance

    def address(self):
        return self.one(RANGES[self.family]) if self.maybe(0.15) else self.one(NEW[self.family])

    def port(self):
        return self.one(TO_RANGES) if self.maybe(0.25) else self.one(TO)

    def end(self, has_ports, bare=False):
        """address, address:port or :port; nft wants no address for the last."""
        address = self.address()
        if not has_ports or self.maybe(0.4):
            return address
        if self.maybe(0.2):
            return f':{self.port()}'
        if self.family == 6:
            address = '-'.join(f'[{a}]' for a in address.split('-')) if bare else f'[{address}]'
        return f'{address}:{self.port()}'


class Iptables(Nat):
    def flags(self, *of):
        return ''.join(f' {f}' for f in of if self.maybe(0.12))

    def target(self, chain, has_ports, below):
        pool = [f'-j {c}' for c in below] * 2 + ['-j ACCEPT', '-j RETURN', '']
        if chain in ('PREROUTING', 'OUTPUT'):
            pool += [lambda: f'-j DNAT --to-destination {self.end(has_ports)}{self.flags("--random", "--persistent")}'] * 6
            pool += [lambda: '-j REDIRECT' + (f' --to-ports {self.port()}{self.flags("--random")}' if has_ports else '')] * 2
        if chain in ('POSTROUTING', 'INPUT'):
            pool += [lambda: f'-j SNAT --to-source {self.end(has_ports)}'
                     + self.flags('--random', '--random-fully', '--persistent')] * 4
        if chain == 'POSTROUTING':
            pool += [lambda: '-j MASQUERADE' + (f' --to-ports {self.port()}' if has_ports and self.maybe(0.4) else '')
                     + self.flags('--random')] * 4
        if chain != 'NONE':
            pool += [lambda: f'-j NETMAP --to {self.one(PREFIXES[self.family])}'] * 2
        found = self.one(pool)
        return found if isinstance(found, str) else found()

    def filter_target(self, table, protocol):
        pool = ['-j ACCEPT'] * 6 + ['', '-j RETURN']
        if table == 'filter':
            pool += ['-j DROP', '-j REJECT']
            pool += ['-j REJECT --reject-with tcp-reset'] * 3 if protocol == 'tcp' else []
        if table == 'mangle':
            pool += ['-j MARK --set-xmark 0x1/0xff', '-j CONNMARK --set-xmark 0x7/0xff', '-j CONNMARK --restore-mark'] * 3
        if table == 'raw':
            pool = ['', '-j ACCEPT', '-j NOTRACK', '-j CT --notrack']
        return self.one(pool)

    def match(self, table):
        v, one = self.family, self.one
        no = '! ' if self.maybe(0.15) else ''
        where = OLD[v] + NEW[v] * 2
        pool = [f'-m conntrack {no}--ctstate {one(STATES)}'] * 3 + [
            f'-m conntrack {no}--ctstatus {one(["SEEN_REPLY", "CONFIRMED", "ASSURED", "NONE"])}',
            f'-m conntrack --ctdir {one(["ORIGINAL", "REPLY"])}', f'-m conntrack {no}--ctstate {one(["DNAT", "SNAT", "DNAT,NEW"])}',
            f'-m conntrack {no}--ctorigsrc {one(where)}', f'-m conntrack {no}--ctorigdst {one(where)}',
            f'-m conntrack {no}--ctorigdstport {one(TO + ["80", "443"])}',
            f'-m connmark {no}--mark 0x7', f'-m addrtype {no}--dst-type LOCAL', f'-m addrtype {no}--src-type LOCAL',
            f'-m mark {no}--mark 0x1']
        return one(pool) if table != 'raw' else ''

    def rule(self, chain, table, below, hook):
        v, parts, ports, name = self.family, [f'-A {chain}'], False, None
        if self.maybe(0.3):
            parts.append(f'-s {self.one(OLD[v] + (NEW[v] if table != "nat" else []))}')
        if self.maybe(0.4):
            parts.append(f'-d {self.one(OLD[v] + (NEW[v] if table != "nat" else []))}')
        if hook in ('PREROUTING', 'INPUT', 'FORWARD') and self.maybe(0.2):
            parts.append(f'-i {self.one(DEVICES)}')
        if hook in ('OUTPUT', 'POSTROUTING', 'FORWARD') and self.maybe(0.2):
            parts.append(f'-o {self.one(DEVICES)}')
        if self.maybe(0.65):
            name = self.one(['tcp', 'tcp', 'udp', 'udp', 'icmp' if v == 4 else 'ipv6-icmp'])
            ports = name in ('tcp', 'udp')
            parts.append(f'-p {name}')
            if ports and self.maybe(0.6):
                parts.append(f'-m {name} --{self.one(["dport", "dport", "sport"])} {self.one(PORTS + TO)}')
        if table != 'nat' and self.maybe(0.5) or self.maybe(0.1):
            parts.append(self.match(table))
        parts.append(self.target(hook, ports, below) if table == 'nat' else self.filter_target(table, name))
        return ' '.join(p for p in parts if p)

    def table(self, name):
        users = {f'U{i}': self.one(CHAINS[name]) for i in range(self.rng.randrange(0, 4) if name == 'nat' else 0)}
        lines = [f'*{name}'] + [f':{c} {"DROP" if name == "filter" and self.maybe(0.15) else "ACCEPT"} [0:0]' for c in CHAINS[name]]
        lines += [f':{u} - [0:0]' for u in users]
        for c in [*CHAINS[name], *users]:
            hook = users.get(c, c)
            below = [u for u in users if users[u] == hook and (c not in users or u > c)]
            for _ in range(self.rng.randrange(1 if name == 'nat' else 0, 7)):
                lines.append(self.rule(c, name, below, hook))
        return lines + ['COMMIT']

    def text(self):
        tables = ['nat', 'filter'] + [t for t in ('mangle', 'raw') if self.maybe(0.3)]
        return '\n'.join(line for t in tables for line in self.table(t)) + '\n'


HOOKS = {'prerouting': -100, 'input': 100, 'output': -100, 'postrouting': 100}


class Nft(Nat):
    def flags(self):
        some = [f for f in ('random', 'fully-random', 'persistent') if self.maybe(0.08)]
        return ' ' + ','.join(some) if some else ''

    def flagged(self, words):
        """nft 1.0.6 forgets "prefix" where flags follow."""
        return words if ' prefix ' in words else words + self.flags()

    def words(self, family):
        return {4: 'ip', 6: 'ip6'}[family]

    def to(self, verb, table, has_ports):
        v = self.words(self.family)
        family = f' {v}' if table == 'inet' else ''
        address, port = self.address(), self.port()
        old = [o for o in OLD[self.family] if '/' not in o]
        if has_ports and self.maybe(0.5):
            if self.family == 6:
                address = '-'.join(f'[{a}]' for a in address.split('-'))
            return f'{verb}{family} to {address}:{port}'
        if has_ports and self.maybe(0.2):
            key = self.one(['tcp dport', 'tcp sport']) if has_ports == 'tcp' else 'udp dport'
            return f'{verb}{family} to {key} map {{ 80 : {NEW[self.family][0]}, 443 : {NEW[self.family][1]} }}'
        if has_ports and self.maybe(0.2):
            key = f'{has_ports} dport'
            return f'{verb}{family} to {v} daddr . {key} map {{ {old[0]} . 80 : {NEW[self.family][0]} . 8080, {old[1]} . 443 : {NEW[self.family][1]} . 22 }}'
        if self.maybe(0.15):
            return f'{verb}{family} to {v} {self.one(["saddr", "daddr"])} map {{ {old[0]} : {NEW[self.family][0]}, {old[1]} : {NEW[self.family][2]} }}'
        if self.maybe(0.15):
            return f'{verb} {v} prefix to {v} {"daddr" if verb == "dnat" else "saddr"} map {{ {OLD[self.family][1]} : {PREFIXES[self.family][0]} }}' \
                if self.family == 4 else f'{verb} {v} prefix to {v} {"daddr" if verb == "dnat" else "saddr"} map {{ 2001:db8:1::/48 : fd09:9::/48 }}'
        return f'{verb}{family} to {address}'

    def nat(self, table, hook, protocol, below):
        ports = protocol if protocol in ('tcp', 'udp') else None
        pool = ['accept', 'return', ''] + [f'jump {c}' for c in below] * 2
        if hook in ('prerouting', 'output'):
            pool += [lambda: self.flagged(self.to('dnat', table, ports))] * 5
            pool += [lambda: 'redirect' + (f' to :{self.port()}' if ports else '') + (self.flags() if ports else '')] * 2
        else:
            pool += [lambda: self.flagged(self.to('snat', table, ports))] * 4
        if hook == 'postrouting':
            pool += [lambda: 'masquerade' + (f' to :{self.port()}' if ports and self.maybe(0.4) else '') + self.flags()] * 3
        found = self.one(pool)
        return found if isinstance(found, str) else found()

    def verdict(self, hook, protocol):
        pool = ['accept'] * 5 + ['', 'return', 'drop', 'ct mark set 0x7', 'meta mark set ct mark']
        if hook in ('prerouting', 'output') and self.maybe(0.1):
            pool.append('notrack')
        if hook in ('input', 'forward', 'output'):
            pool += ['reject with tcp reset'] * 2 if protocol == 'tcp' else ['reject']
        return self.one(pool)

    def match(self, hook, is_nat):
        v, one = self.words(self.family), self.one
        where = OLD[self.family] + (NEW[self.family] * 2 if not is_nat else [])
        no = '!= ' if self.maybe(0.15) else ''
        pool = [(f'{v} saddr {no}{one(where)}', None), (f'{v} daddr {no}{one(where)}', None)] * 2
        pool += [(f'{p} {one(["dport", "dport", "sport"])} {no}{one(PORTS + TO).replace(":", "-")}', p) for p in ('tcp', 'udp')] * 2
        pool += [(f'meta l4proto {{ tcp, udp }}', 'any'), ('icmp type echo-request' if v == 'ip' else 'icmpv6 type echo-request', 'icmp')]
        if hook in ('prerouting', 'input', 'forward'):
            pool.append((f'iifname {no}"{one(DEVICES)}"', None))
        if hook in ('output', 'postrouting', 'forward'):
            pool.append((f'oifname {no}"{one(DEVICES)}"', None))
        if not is_nat or self.maybe(0.3):
            pool += [(f'ct state {no}{one(["new", "established", "invalid", "established,related", "untracked"])}', None),
                     (f'ct status {one(["dnat", "snat", "seen-reply", "confirmed", "assured"])}', None),
                     (f'ct direction {one(["original", "reply"])}', None), ('ct mark 0x7', None),
                     (f'ct original {v} saddr {one(where)}', None), (f'ct original {v} daddr {one(where)}', None),
                     (f'meta l4proto tcp ct original proto-dst {one(TO)}', 'tcp'), (f'fib daddr type {no}local', None)] * 2
        return one(pool)

    def rule(self, table, hook, is_nat, below):
        words, protocol = [], None
        for _ in range(self.one([0, 1, 1, 2, 2, 3])):
            w, p = self.match(hook, is_nat)
            if p and protocol:
                continue
            words.append(w)
            protocol = protocol or p
        verdict = self.nat(table, hook, protocol, below) if is_nat else self.verdict(hook, protocol)
        if table == 'inet' and not any(w.startswith(('ip ', 'ip6 ', 'icmp')) for w in words):
            words.insert(0, f'meta nfproto {"ipv4" if self.family == 4 else "ipv6"}')
        return ' '.join(w for w in [*words, 'counter', verdict] if w)

    def table(self, number):
        table = self.one(['inet', self.words(self.family)])
        lines = [f'table {table} n{number} {{']
        hooks = self.rng.sample(list(HOOKS), self.rng.randrange(2, 5))
        users = {f'u{i}': self.one(hooks) for i in range(self.rng.randrange(0, 3))}
        for user, home in reversed(users.items()):
            below = [u for u, h in users.items() if h == home and u > user]
            lines += [f'\tchain {user} {{'] + [f'\t\t{self.rule(table, home, True, below)}'
                                              for _ in range(self.rng.randrange(1, 4))] + ['\t}']
        for at, hook in enumerate(hooks):
            below = [u for u, h in users.items() if h == hook]
            priority = HOOKS[hook] + self.one([0, 0, 0, 5, -5])
            lines += [f'\tchain n{at} {{', f'\t\ttype nat hook {hook} priority {priority};']
            lines += [f'\t\t{self.rule(table, hook, True, below)}' for _ in range(self.rng.randrange(1, 7))] + ['\t}']
        for at, hook in enumerate(self.rng.sample([*HOOKS, 'forward', 'forward'], self.rng.randrange(0, 4))):
            policy = 'drop' if self.maybe(0.1) else 'accept'
            priority = self.one([0, 0, -150, 50] + ([-300] if hook in ('prerouting', 'output') else []))
            lines += [f'\tchain f{at} {{', f'\t\ttype filter hook {hook} priority {priority}; policy {policy};']
            lines += [f'\t\t{self.rule(table, hook, False, [])}' for _ in range(self.rng.randrange(1, 7))] + ['\t}']
        return lines + ['}']


def make(kind, rng):
    """The text of one kind."""
    if kind != 'nft':
        return Iptables(rng, int(kind[-1])).text()
    return '\n'.join(line for i in range(rng.randrange(1, 3)) for line in Nft(rng, rng.choice([4, 4, 6])).table(i)) + '\n'

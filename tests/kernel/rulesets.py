#!/usr/bin/python3
"""Random rulesets that the kernel accepts, for the judge.

usage: rulesets.py KIND SEED    prints one; KIND is legacy4, legacy6, nft4, nft6, nft or mixed; the first
five with +nat translate addresses

Values come from small pools, so that rules overlap, shadow one another and share borders. What depends on chance,
rate or time is in few rules: packets that meet it cannot be judged.
"""
import random
import sys

NETS = {
    4: ['10.0.0.0/8', '10.1.0.0/16', '10.1.2.0/24', '10.1.2.3', '10.1.2.0/31', '192.168.0.0/16', '192.168.1.128/25',
        '172.16.1.2', '172.16.0.0/12', '203.0.113.7', '203.0.113.0/29', '0.0.0.0/1', '128.0.0.0/2', '10.0.0.1/255.0.0.255',
        '198.51.100.64/26'],
    6: ['2001:db8::/32', '2001:db8:1::/48', '2001:db8:1:2::/64', '2001:db8::1', '2001:db8:1::7/128', '2001:db8:ffff::/47',
        'fd00::/8', 'fd00:1::2', '2000::/3', '2001:db8::1/ffff:ffff::ffff', '8000::/1'],
}
RANGES = {
    4: ['10.1.2.3-10.1.2.9', '172.16.1.1-172.16.1.2', '192.168.1.0-192.168.2.255', '10.0.0.0-10.255.255.254'],
    6: ['2001:db8::1-2001:db8::9', 'fd00::-fd00:1::2', '2001:db8:1::-2001:db8:2::'],
}
PORTS = ['22', '80', '443', '53', '5555', '1024:65535', '0:1023', '22:23', '79:81', '1:65534', '6000:6063', '65535', '0']
LISTS = ['22,80,443', '53,5555', '20:22,80', '1024:2000,3000', '22', '79:81,443,8000:8010,65535']
DEVICES = ['eth0', 'eth1', 'eth+', 'docker0', 'br-lan', 'tun+', 'wg0', 'veth12+']
MARKS = ['0x1', '0x10/0xf0', '0x1/0x1', '0', '0xdeadbeef', '0x8000/0xc000']
STATES = ['NEW', 'INVALID', 'NEW,ESTABLISHED', 'ESTABLISHED,RELATED', 'UNTRACKED', 'INVALID,UNTRACKED', 'NEW,RELATED']
USERS = ['0', '33', '1000', '1000-2000', '65534']
FLAGS = ['SYN,RST,ACK,FIN SYN', 'ALL NONE', 'ALL FIN,PSH,URG', 'SYN,FIN SYN,FIN', 'ACK ACK', 'SYN,RST SYN,RST', 'ALL ALL',
         'FIN,SYN,RST,PSH,ACK,URG SYN,ACK']
ICMP = {4: ['8', '0', '3', '3/1', '3/4', '5', '11', '12', '13', '255/255', 'any', '11/0'],
        6: ['128', '129', '1', '1/4', '2', '3', '4', '133', '135', '136', '143', '3/0']}
REJECTS = {4: ['icmp-net-unreachable', 'icmp-host-unreachable', 'icmp-proto-unreachable', 'icmp-port-unreachable',
               'icmp-net-prohibited', 'icmp-host-prohibited', 'icmp-admin-prohibited'],
           6: ['icmp6-no-route', 'icmp6-adm-prohibited', 'icmp6-addr-unreachable', 'icmp6-port-unreachable',
               'icmp6-policy-fail', 'icmp6-reject-route']}
DSCP = ['0x00', '0x0a', '0x2e', '0x08', '0x3f']
CHAINS = {'filter': ['INPUT', 'FORWARD', 'OUTPUT'],
          'mangle': ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
          'raw': ['PREROUTING', 'OUTPUT'],
          'security': ['INPUT', 'FORWARD', 'OUTPUT'],
          'nat': ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING']}


class Iptables:
    """One save file. The rules of a chain know which hooks reach it, because tools and kernel ask."""

    def __init__(self, rng, family, sets=(), doubtful=True):
        self.rng, self.family, self.sets, self.doubtful = rng, family, list(sets), doubtful

    def one(self, of):
        return self.rng.choice(of)

    def maybe(self, chance):
        return self.rng.random() < chance

    def no(self, chance=0.2):
        return '! ' if self.maybe(chance) else ''

    def protocol(self):
        """Words for -p and what only goes with it; the protocol."""
        name = self.one(['tcp'] * 6 + ['udp'] * 4 + ['icmp'] * 2 + ['sctp', 'esp', 'ah', 'gre', 'dccp', 'udplite', '47', '0'])
        if name == 'icmp' and self.family == 6:
            name = 'ipv6-icmp'
        if name == 'ah' and self.family == 6:
            name = 'udp'
        if name == '0':
            return '', None
        if self.maybe(0.08):
            return f'! -p {name}', None
        words = f'-p {name}'
        if name in ('tcp', 'udp', 'sctp', 'dccp') and self.maybe(0.7):
            words += f' -m {name}'
            if self.maybe(0.7):
                words += f' {self.no()}--dport {self.one(PORTS)}'
            if self.maybe(0.25):
                # iptables-nft makes one comparison of two that are inverted: not both (1.8.9, nft-shared.c).
                words += f' {"" if "! --dport" in words else self.no()}--sport {self.one(PORTS)}'
            if name == 'tcp' and self.maybe(0.35):
                words += f' {self.no()}--tcp-flags {self.one(FLAGS)}'
            elif name == 'tcp' and self.maybe(0.2):
                words += f' {self.no()}--syn'
        elif name == 'icmp':
            words += f' -m icmp {self.no()}--icmp-type {self.one(ICMP[4])}' if self.maybe(0.8) else ''
        elif name == 'ipv6-icmp':
            words += f' -m icmp6 {self.no()}--icmpv6-type {self.one(ICMP[6])}' if self.maybe(0.8) else ''
        elif name == 'esp':
            words += f' -m esp {self.no()}--espspi {self.one(["1:500", "0x100", "7"])}' if self.maybe(0.6) else ''
        elif name == 'ah':
            words += f' -m ah {self.no()}--ahspi {self.one(["1:500", "256"])}' if self.maybe(0.6) else ''
        return words, name

    def matches(self, table, hooks, protocol):
        """Further -m words, each a function of its own."""
        r, one, no = [], self.one, self.no
        v = self.family
        pool = [
            lambda: f'-m iprange {no()}--src-range {one(RANGES[v])}',
            lambda: f'-m iprange {no()}--src-range {one(RANGES[v])} {no()}--dst-range {one(RANGES[v])}',
            lambda: f'-m length {no()}--length {one(["40", "28:60", "0:100", "100:65535", "1000:1499"])}',
            lambda: f'-m mark {no()}--mark {one(MARKS)}',
            lambda: f'-m comment --comment "{one(["a b", "x", "it is"])}"',
            lambda: f'-m addrtype {no()}--src-type {one(["LOCAL", "UNICAST", "UNICAST,LOCAL"] + ["BROADCAST"] * (v == 4))}',
            lambda: f'-m addrtype {no()}--dst-type {one(["LOCAL", "UNICAST", "MULTICAST,LOCAL"])}',
            lambda: f'-m conntrack {no()}--ctstate {one(STATES)}',
            lambda: f'-m state {no()}--state {one(STATES)}',
            lambda: f'-m conntrack {no()}--ctorigsrc {one(NETS[v][:5])}',
            lambda: f'-m conntrack {no()}--ctorigdst {one(NETS[v][:5])}',
            lambda: f'-m conntrack {no()}--ctproto {one(["tcp", "udp", "6"])}',
            lambda: f'-m conntrack --ctdir {one(["ORIGINAL", "REPLY"])}',
            lambda: f'-m conntrack {no()}--ctstatus {one(["NONE", "SEEN_REPLY", "ASSURED", "CONFIRMED", "EXPECTED"])}',
            lambda: f'-m conntrack {no()}--ctorigdstport {one(["22", "80", "1024:65535"])}',
            lambda: f'-m connmark {no()}--mark {one(MARKS)}',
            lambda: f'-m dscp {no()}--dscp {one(DSCP)}',
            lambda: f'-m tos {no()}--tos {one(["0x10/0xff", "0x00/0x3f", "0x08/0xfc"])}',
        ]
        if v == 4:
            pool += [lambda: f'-m ttl {no()}{one(["--ttl-eq 64", "--ttl-lt 10", "--ttl-gt 64"])}'.replace('! --ttl-lt', '--ttl-lt')
                     .replace('! --ttl-gt', '--ttl-gt')]
        else:
            pool += [lambda: f'-m hl {no()}--hl-eq 64', lambda: f'-m hl {one(["--hl-lt 10", "--hl-gt 64"])}']
        if protocol in ('tcp', 'udp', 'sctp', 'dccp', 'udplite'):
            pool += [lambda: f'-m multiport {no()}--dports {one(LISTS)}',
                     lambda: f'-m multiport {no()}--sports {one(LISTS)}',
                     lambda: f'-m multiport {no()}--ports {one(LISTS)}'] * 2
        if protocol == 'tcp':
            pool += [lambda: f'-m tcpmss {no()}--mss {one(["1460", "500:1400", "1:65535"])}']
        if hooks <= {'OUTPUT', 'POSTROUTING'}:
            pool += [lambda: f'-m owner {no()}--uid-owner {one(USERS)}', lambda: f'-m owner {no()}--gid-owner {one(USERS)}',
                     lambda: f'-m owner {no()}--socket-exists'] * 3
        if hooks <= {'PREROUTING', 'INPUT', 'FORWARD'}:
            pool += [lambda: f'-m mac {no()}--mac-source {one(["02:00:00:00:00:01", "00:11:22:33:44:55"])}',
                     lambda: f'-m pkttype {no()}--pkt-type {one(["unicast", "broadcast", "multicast"])}']
        if hooks == {'PREROUTING'} and table in ('raw', 'mangle'):
            pool += [lambda: f'-m rpfilter {one(["", "--invert"])}'.strip()]
        for name, kind in self.sets:
            flags = {'hash:ip': ['src', 'dst'], 'hash:net': ['src', 'dst'], 'bitmap:port': ['src', 'dst'],
                     'hash:ip,port': ['src,dst', 'dst,dst', 'src,src'], 'hash:net,port': ['src,dst', 'dst,dst'],
                     'hash:net,iface': ['src,src', 'dst,src'], 'hash:ip,port,ip': ['src,dst,dst'],
                     'hash:ip,port,net': ['src,dst,dst'], 'list:set': ['src', 'dst']}[kind]
            if 'port' in kind and protocol not in ('tcp', 'udp'):
                continue
            pool += [lambda name=name, flags=flags: f'-m set {no()}--match-set {name} {one(flags)}'] * 2
        if self.doubtful and self.maybe(0.08):
            pool = [lambda: '-m limit --limit 5/min', lambda: '-m statistic --mode random --probability 0.5',
                    lambda: '-m statistic --mode nth --every 3 --packet 0', lambda: '-m recent --name r --rcheck --rsource',
                    lambda: '-m time --timestart 10:00 --timestop 12:00',
                    lambda: '-m hashlimit --hashlimit-upto 5/sec --hashlimit-name h --hashlimit-mode srcip']
        for _ in range(self.one([0, 0, 0, 1, 1, 1, 2])):
            match = self.one(pool)()
            if match.split()[1] not in ' '.join(r).split() or match.split()[1] == 'set':
                r.append(match)
        return ' '.join(r)

    def target(self, table, hooks, protocol, below):
        one = self.one
        pool = ['-j ACCEPT'] * 3 + ['-j RETURN'] * 2 + ['', '-j LOG --log-prefix "x "']
        if table in ('filter', 'mangle', 'raw', 'security'):
            pool += ['-j DROP'] * 2
        if below:
            pool += [f'-j {c}' for c in below] + [f'-g {one(below)}'] if self.maybe(0.8) else []
        if table == 'filter':
            pool += [f'-j REJECT --reject-with {one(REJECTS[self.family])}'] * 3
            if protocol == 'tcp':
                pool += ['-j REJECT --reject-with tcp-reset'] * 3
        if table == 'mangle':
            pool += [f'-j MARK --set-xmark {one(["0x1/0xffffffff", "0x10/0xf0", "0x0/0x1", "0x8000/0xc000"])}',
                     f'-j MARK {one(["--and-mark 0xff", "--or-mark 0x10", "--xor-mark 0x1"])}',
                     f'-j CONNMARK {one(["--set-xmark 0x1/0xff", "--save-mark", "--restore-mark", "--save-mark --nfmask 0xf0 --ctmask 0xf0"])}',
                     f'-j DSCP --set-dscp {one(DSCP)}', f'-j TOS --set-tos {one(["0x10/0x3f", "0x00/0xff"])}'] * 2
            if hooks <= {'PREROUTING', 'INPUT'} or hooks <= {'FORWARD'}:
                pool += ['-j TTL --ttl-set 77', '-j TTL --ttl-dec 1', '-j TTL --ttl-inc 1'] if self.family == 4 else \
                        ['-j HL --hl-set 77', '-j HL --hl-dec 1']
            if hooks <= {'FORWARD', 'OUTPUT', 'POSTROUTING'}:
                pool += ['-j CLASSIFY --set-class 1:1']
        if table == 'raw':
            pool += ['-j NOTRACK', '-j CT --notrack'] * 2
        return one(pool) if pool else ''

    def rule(self, chain, table, hooks, below):
        words, protocol = self.protocol() if self.maybe(0.65) else ('', None)
        parts = [f'-A {chain}']
        if self.maybe(0.35):
            parts.append(f'{self.no()}-s {self.one(NETS[self.family])}')
        if self.maybe(0.3):
            parts.append(f'{self.no()}-d {self.one(NETS[self.family])}')
        if hooks <= {'PREROUTING', 'INPUT', 'FORWARD'} and self.maybe(0.3):
            parts.append(f'{self.no()}-i {self.one(DEVICES)}')
        if hooks <= {'OUTPUT', 'POSTROUTING', 'FORWARD'} and self.maybe(0.3):
            parts.append(f'{self.no()}-o {self.one(DEVICES)}')
        parts += [words, self.matches(table, hooks, protocol), self.target(table, hooks, protocol, below)]
        return ' '.join(p for p in parts if p)

    def table(self, name):
        """Chains below call only those after them, and only hooks that reach all of them shape their rules."""
        users = [f'U{i}' for i in range(self.rng.randrange(0, 6))]
        reach = {c: {c} for c in CHAINS[name]}
        homes = {u: self.one(CHAINS[name]) for u in users}
        lines = [f'*{name}']
        for c in CHAINS[name]:
            policy = self.one(['ACCEPT', 'ACCEPT', 'DROP']) if name in ('filter',) else 'ACCEPT'
            lines.append(f':{c} {policy} [0:0]')
        lines += [f':{u} - [0:0]' for u in users]
        for u in users:
            reach[u] = {homes[u]}
        for at, c in enumerate(CHAINS[name] + users):
            home = homes.get(c, c)
            later = users[at - len(CHAINS[name]) + 1:] if c in homes else users
            below = [u for u in later if homes[u] == home]
            for _ in range(self.rng.randrange(0, 9) if c in CHAINS[name] else self.rng.randrange(1, 7)):
                lines.append(self.rule(c, name, reach[c], below))
        return lines + ['COMMIT']

    def text(self):
        tables = ['filter']
        for name, chance in (('mangle', 0.4), ('raw', 0.35), ('security', 0.15)):
            if self.maybe(chance):
                tables.append(name)
        return '\n'.join(line for t in tables for line in self.table(t)) + '\n'


def ipsets(rng, family, prefix):
    """(lines of ipset restore, [(name, type)])"""
    word = {4: 'inet', 6: 'inet6'}[family]
    plain = [n for n in NETS[family] if '/' not in n]
    nets = [n for n in NETS[family] if '/' in n and n.split('/')[1].isdigit()] + plain
    kinds = rng.sample(['hash:ip', 'hash:net', 'bitmap:port', 'hash:ip,port', 'hash:net,port', 'hash:net,iface',
                        'hash:ip,port,ip', 'hash:ip,port,net'], rng.randrange(1, 4))
    lines, sets = [], []
    for i, kind in enumerate(kinds):
        name = f'{prefix}{family}{i}'
        head = f'create {name} {kind}'
        lines.append(head + (' range 0-65535' if kind == 'bitmap:port' else f' family {word}'))
        seen = set()
        for _ in range(rng.randrange(0, 7)):
            port = rng.choice(['tcp:22', 'tcp:80', 'udp:53', 'tcp:5555', 'udp:1024'])
            entry = {'hash:ip': lambda: rng.choice(plain), 'hash:net': lambda: rng.choice(nets),
                     'bitmap:port': lambda: rng.choice(['22', '80', '1000-1010', '65535']),
                     'hash:ip,port': lambda: f'{rng.choice(plain)},{port}',
                     'hash:net,port': lambda: f'{rng.choice(nets)},{port}',
                     'hash:net,iface': lambda: f'{rng.choice(nets)},{rng.choice(["eth0", "eth1", "docker0"])}',
                     'hash:ip,port,ip': lambda: f'{rng.choice(plain)},{port},{rng.choice(plain)}',
                     'hash:ip,port,net': lambda: f'{rng.choice(plain)},{port},{rng.choice(nets)}'}[kind]()
            if entry in seen:
                continue
            seen.add(entry)
            nomatch = ' nomatch' if kind in ('hash:net', 'hash:net,port') and rng.random() < 0.25 else ''
            lines.append(f'add {name} {entry}{nomatch} -exist')
        sets.append((name, kind))
    if rng.random() < 0.3 and len({k for _, k in sets} & {'hash:ip', 'hash:net'}) == 2:
        lines.append(f'create {prefix}l{family} list:set')
        for name, kind in sets:
            if kind in ('hash:ip', 'hash:net'):
                lines.append(f'add {prefix}l{family} {name}')
        sets.append((f'{prefix}l{family}', 'list:set'))
    return '\n'.join(lines) + '\n', sets


def mixed(rng, seed):
    """Several engines at the same hooks: who comes first, and that an ACCEPT ends only its own chain."""
    texts = {}
    for kind in rng.sample(['legacy4', 'legacy6', 'nft4', 'nft6', 'nft'], rng.randrange(2, 6)):
        for name, text in make(kind, f'mixed/{seed}').items():
            texts[name] = texts.get(name, '') + text
    return texts


def make(kind, seed):
    """{kind: text}: an iptables ruleset comes with its sets."""
    rng = random.Random(f'{kind}/{seed}')
    if kind == 'nft':
        import nft_rulesets
        return {'nft': nft_rulesets.make(rng)}
    if kind == 'mixed':
        return mixed(rng, seed)
    if kind.endswith('+nat'):
        import nat_rulesets
        return {kind[:-4]: nat_rulesets.make(kind[:-4], rng)}
    family = int(kind[-1])
    texts, sets = {}, []
    if rng.random() < 0.4:
        texts['ipset'], sets = ipsets(rng, family, kind[0])
    texts[kind] = Iptables(rng, family, sets, doubtful=rng.random() < 0.3).text()
    return texts


if __name__ == '__main__':
    for name, text in make(sys.argv[1], sys.argv[2]).items():
        print(f'# {name}')
        print(text)

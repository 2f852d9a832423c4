"""One firewall in the words of iptables (both backends) or nft, on one host.

    fw = Firewall(lab.server)                    # engine and family are the run's; baseline() is what people have
    fw.add('input', 'drop', proto='tcp', dport=lab.port, source=lab.client.address)
    fw.insert('input', 'reject host-prohibited')
    fw.policy('input', 'drop')

Matches: proto, dport, sport, source, dest, iface, oface, state (a list), icmp (type), set (name), length (min, max), more
(the engine's own words). Verdicts: accept, drop, reject [HOW], tcp-reset, or the engine's own words.
"""

REJECTS = {  # our word: iptables v4, v6; nft v4, v6
    'host-prohibited': ('icmp-host-prohibited', 'icmp6-adm-prohibited', 'host-prohibited', 'admin-prohibited'),
    'admin-prohibited': ('icmp-admin-prohibited', 'icmp6-adm-prohibited', 'admin-prohibited', 'admin-prohibited'),
    'port-unreachable': ('icmp-port-unreachable', 'icmp6-port-unreachable', 'port-unreachable', 'port-unreachable'),
    'net-unreachable': ('icmp-net-unreachable', 'icmp6-no-route', 'net-unreachable', 'no-route'),
    'host-unreachable': ('icmp-host-unreachable', 'icmp6-addr-unreachable', 'host-unreachable', 'addr-unreachable'),
    'net-prohibited': ('icmp-net-prohibited', 'icmp6-adm-prohibited', 'net-prohibited', 'admin-prohibited'),
}
HOOKS = {'input': 0, 'forward': 0, 'output': 0, 'prerouting': -300}


class Firewall:
    def __init__(self, host, *, engine=None, family=None, table='filter'):
        self.host, self.lab = host, host.lab
        self.engine = engine or self.lab.engine
        self.family = family or self.lab.family
        self.table = table
        if self.engine == 'nft':
            self.where = f'{"ip" if self.family == 4 else "ip6"} {table}'
            host.nft(f'add table {self.where}')
            for chain in ('input', 'forward', 'output'):
                host.nft(f'add chain {self.where} {chain} {{ type filter hook {chain} priority 0; policy accept; }}')

    # Rules

    def add(self, chain, verdict, **match):
        self._change('A', 'add', chain, verdict, match)

    def insert(self, chain, verdict, **match):
        """At the head."""
        self._change('I', 'insert', chain, verdict, match)

    def delete(self, chain, verdict, **match):
        """iptables only by its words; of nft's rules the first with the same text."""
        if self.engine != 'nft':
            self._iptables('D', chain, verdict, match)
            return
        text = ' '.join([*self._nft_match(match), self._nft_verdict(verdict)])
        for line in self.host.run(['nft', '-a', 'list', 'chain', *self.where.split(), chain]).splitlines():
            rule, _, handle = line.strip().partition(' # handle ')
            if rule.replace('"', '') == text.replace('"', ''):
                self.host.nft(f'delete rule {self.where} {chain} handle {handle}')
                return
        raise ValueError(f'no rule "{text}"')

    def policy(self, chain, verdict):
        if self.engine == 'nft':
            self.host.nft(f'chain {self.where} {chain} {{ policy {verdict}; }}'.replace('chain', 'add chain', 1))
        else:
            self.tool(f'-P {chain.upper()} {verdict.upper()}')

    def flush(self):
        if self.engine == 'nft':
            self.host.nft(f'flush table {self.where}')
        else:
            self.tool('-F')

    def tool(self, line):
        """A line for iptables or ip6tables of this firewall's backend."""
        return self.host.iptables(f'-t {self.table} {line}', engine=self.engine, family=self.family)

    # What people have

    def baseline(self, *ports, policy='accept', end=None):
        """Loopback, established, ICMP, some ports; then a policy or a last rule."""
        self.add('input', 'accept', iface='lo')
        self.add('input', 'accept', state=['related', 'established'])
        self.add('input', 'accept', proto='icmp')
        for port in ports:
            self.add('input', 'accept', proto='tcp', dport=port)
        if end:
            self.add('input', end)
        self.policy('input', policy)

    # In their words

    def _change(self, letter, word, chain, verdict, match):
        if self.engine != 'nft':
            self._iptables(letter, chain, verdict, match)
        else:
            rule = ' '.join([*self._nft_match(match), self._nft_verdict(verdict)])
            self.host.nft(f'{word} rule {self.where} {chain} {rule}')

    def _iptables(self, letter, chain, verdict, match):
        self.tool(' '.join([f'-{letter} {chain.upper()}', *self._iptables_match(dict(match)), self._iptables_verdict(verdict)]))

    def _iptables_match(self, m):
        words = []
        if 'source' in m:
            words.append(f'-s {m["source"]}')
        if 'dest' in m:
            words.append(f'-d {m["dest"]}')
        if 'iface' in m:
            words.append(f'-i {m["iface"]}')
        if 'oface' in m:
            words.append(f'-o {m["oface"]}')
        if 'proto' in m:
            words.append('-p ' + ('ipv6-icmp' if m['proto'] == 'icmp' and self.family == 6 else m['proto']))
        for name in ('sport', 'dport'):
            if name in m:
                words.append(f'--{name} {m[name]}')
        if 'icmp' in m:
            words.append(f'--icmp{"v6" if self.family == 6 else ""}-type {m["icmp"]}')
        if 'length' in m:
            words.append(f'-m length --length {m["length"][0]}:{m["length"][1]}')
        if 'state' in m:
            words.append('-m conntrack --ctstate ' + ','.join(s.upper() for s in m['state']))
        if 'set' in m:
            words.append(f'-m set --match-set {m["set"]} src')
        if 'more' in m:
            words.append(m['more'])
        return words

    def _iptables_verdict(self, verdict):
        if verdict in ('tcp-reset', 'reject tcp-reset'):
            return '-j REJECT --reject-with tcp-reset'
        if verdict.startswith('reject'):
            how = verdict.partition(' ')[2]
            return '-j REJECT' + (f' --reject-with {REJECTS[how][0 if self.family == 4 else 1]}' if how else '')
        return f'-j {verdict.upper()}' if verdict in ('accept', 'drop') else verdict

    def _nft_match(self, m):
        ip = 'ip' if self.family == 4 else 'ip6'
        words = []
        if 'iface' in m:
            words.append(f'iifname "{m["iface"]}"')
        if 'oface' in m:
            words.append(f'oifname "{m["oface"]}"')
        if 'source' in m:
            words.append(f'{ip} saddr {m["source"]}')
        if 'dest' in m:
            words.append(f'{ip} daddr {m["dest"]}')
        if 'set' in m:
            words.append(f'{ip} saddr @{m["set"]}')
        if 'proto' in m and not {'sport', 'dport'} & set(m):
            icmp = 'icmp' if self.family == 4 else 'ipv6-icmp'
            words.append(f'meta l4proto {icmp if m["proto"] == "icmp" else m["proto"]}')
        for name in ('sport', 'dport'):
            if name in m:
                words.append(f'{m["proto"]} {name} {str(m[name]).replace(":", "-")}')
        if 'icmp' in m:
            words.append(f'{"icmp" if self.family == 4 else "icmpv6"} type {m["icmp"]}')
        if 'length' in m:
            words.append(f'meta length {m["length"][0]}-{m["length"][1]}')
        if 'state' in m:
            # As nft itself prints it.
            words.append('ct state ' + ','.join(sorted(m['state'])))
        if 'more' in m:
            words.append(m['more'])
        return words

    def _nft_verdict(self, verdict):
        if verdict in ('tcp-reset', 'reject tcp-reset'):
            return 'reject with tcp reset'
        if verdict.startswith('reject'):
            how = verdict.partition(' ')[2]
            kind = 'icmp' if self.family == 4 else 'icmpv6'
            return 'reject' + (f' with {kind} {REJECTS[how][2 if self.family == 4 else 3]}' if how else '')
        return verdict

#!/usr/bin/python3
"""Do edits of rules do in the kernel what they do in the model, and does their undo give the same dump again?

usage: edit_rules.py EDIT_RULES [SEED]

In a network namespace of its own, rules with counters are loaded by the real tools (iptables of both backends, IPv4 and
IPv6, nft), edited at random, and dumped: the dump must be what the model says, with every counter; after the undo it
must be the first one, byte for byte (of nft without handles). A script for rules that are no longer there must fail and
change nothing. 77 where there are no namespaces or no tools.
"""
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

RULES = {
    'ip': ['-s 10.0.0.1/32 -j ACCEPT', '-s 10.0.0.0/8 -p tcp -m tcp --dport 22 -j DROP', '-i lo -j ACCEPT',
           '-m state --state RELATED,ESTABLISHED -j ACCEPT', '-j REJECT --reject-with icmp-host-prohibited',
           '-p tcp -m tcp --dport 23 -m comment --comment "a \\"b\\" c" -j ACCEPT',
           '-p udp -m multiport --dports 53,123 -j ACCEPT', '-m limit --limit 5/min -j LOG --log-prefix "x: "',
           '-j own', '! -s 10.9.0.0/16 -p tcp -m conntrack --ctstate NEW -m tcp --dport 443 -j RETURN'],
    'ip6': ['-s fd00::1/128 -j ACCEPT', '-p tcp -m tcp --dport 22 -j DROP', '-i lo -j ACCEPT',
            '-m state --state RELATED,ESTABLISHED -j ACCEPT', '-j REJECT --reject-with icmp6-adm-prohibited',
            '-p ipv6-icmp -j ACCEPT', '-j own'],
    'nft': ['ip saddr 10.0.0.1 counter packets 7 bytes 70 accept', 'tcp dport { 22, 80 } drop', 'iifname "lo" accept',
            'ct state established,related accept', 'reject with icmpx admin-prohibited',
            'tcp dport 23 counter packets 3 bytes 30 accept comment "a b"', 'ip saddr @ban drop', 'jump own',
            'limit rate 5/minute log prefix "x: "', 'ip6 saddr fd00::1 tcp dport 443 accept',
            'tcp dport vmap { 1 : accept, 2 : drop }'],
}
NEW = {
    'ip': ['-s 10.1.0.7 -p tcp --dport 5555 -j ACCEPT', '-p tcp -m state --state NEW -m tcp --dport 5555 -j ACCEPT',
           '-d 10.1.0.0/24 -p udp --sport 53 -j ACCEPT'],
    'ip6': ['-s fd00::7 -p tcp --dport 5555 -j ACCEPT', '-p tcp --dport 5555 -j ACCEPT'],
    'nft': ['ip saddr 10.1.0.7 tcp dport 5555 accept', 'ip6 saddr fd00::7 udp dport 5555 counter packets 0 bytes 0 accept'],
}
ROUNDS = 60


def run(args, text=None):
    done = subprocess.run(args, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def enter():
    if os.environ.get('EDIT_INSIDE'):
        return
    tools = 'iptables-legacy-restore', 'iptables-nft-restore', 'nft'
    if run(['unshare', '-n', '-m', 'true'])[0] or not all(map(shutil.which, tools)):
        print('no namespaces or no tools here')
        sys.exit(77)
    os.environ['EDIT_INSIDE'] = '1'
    os.execvp('unshare', ['unshare', '-n', '-m', sys.executable, *sys.argv])


class Save:
    """iptables of one backend and family."""

    def __init__(self, backend, family):
        self.engine = 'iptables-legacy' if backend == 'legacy' else 'iptables-nft'
        self.family, self.kind, self.table = family, family, 'filter'
        self.tool = f'{"ip6tables" if family == "ip6" else "iptables"}-{backend}'
        self.chains = ['INPUT', 'own']

    def load(self, rules):
        lines = ['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ':own - [0:0]']
        for chain, words in rules:
            lines.append(f'[{len(lines)}:{len(lines) * 40}] -A {chain} {words}')
        return run([self.tool + '-restore', '-c'], '\n'.join(lines + ['COMMIT', '']))

    def dump(self):
        text = run([self.tool + '-save', '-c'])[1]
        return ''.join(line + '\n' for line in text.splitlines() if not line.startswith('#'))

    listing = dump

    def apply(self, script):
        return run([self.tool + '-restore', '-w', '5', '-c', '--noflush'], script)

    def undo(self, script, _echo, _folder, _program):
        return self.apply(script)

    def clear(self):
        run([self.tool, '-F'])


class Nft:
    engine, family, kind, table, chains = 'nft', 'inet', 'nft', 'box', ['input', 'own']

    def load(self, rules):
        text = ('flush ruleset\ntable inet box {\nset ban { type ipv4_addr; elements = { 10.3.0.1 } }\nchain own { }\n'
                'chain input { type filter hook input priority 0; }\n}\n')
        text += ''.join(f'add rule inet box {chain} {words}\n' for chain, words in rules)
        return run(['nft', '-f', '-'], text)

    def dump(self):
        return run(['nft', '-a', 'list', 'ruleset'])[1]

    def listing(self):
        return run(['nft', 'list', 'ruleset'])[1]

    def apply(self, script):
        return run(['nft', '-e', '-a', '-f', '-'], script)

    def undo(self, script, echo, folder, program):
        (folder / 'undo').write_text(script)
        (folder / 'echo').write_text(echo)
        status, text, errors = run([program, 'undo', folder / 'undo', folder / 'echo'])
        return self.apply(text) if not status else (status, text, errors)

    def clear(self):
        run(['nft', 'flush', 'ruleset'])


def draw_edit(dice, chain, count, new):
    kind = dice.choice(['insert', 'move', 'delete', 'replace']) if count else 'insert'
    number = dice.randint(1, count) if count else 1
    if kind == 'insert':
        return f'insert {chain} {dice.randint(1, count + 1)} {dice.choice(new)}'
    if kind == 'replace':
        return f'replace {chain} {number} {dice.choice(new)}'
    if kind == 'move':
        return f'move {chain} {number} {dice.randint(1, count + 1)}'
    return f'delete {chain} {number}'


def draw_rules(dice, place):
    """INPUT has most; the chain that is jumped to, no jump."""
    rules = []
    for chain in place.chains:
        for _ in range(dice.randint(0, 7)):
            words = dice.choice(RULES[place.kind])
            if chain != 'own' or 'own' not in words:
                rules.append((chain, words))
    return rules


def nft_rules(dump):
    """Chain by chain, without handles."""
    found, chain = [], None
    for line in dump.splitlines():
        line = re.sub(r' # handle \d+$', '', line.strip())
        if line.startswith('chain '):
            chain = line.split()[1]
        elif line == '}':
            chain = None
        elif chain and not line.startswith('type '):
            found.append(f'{chain} {line}')
    return found


class Trial:
    def __init__(self, program, folder):
        self.program, self.folder, self.bad, self.count, self.refused = program, folder, 0, 0, 0

    def wrong(self, what, *more):
        self.bad += 1
        print(what, *more, sep='\n')

    def parts(self, place, edits):
        (self.folder / 'dump').write_text(place.dump())
        status, text, errors = run([self.program, place.engine, place.family, place.table, self.folder / 'dump', *edits])
        if status:
            return None, errors
        return re.split(r'== \w+\n', text)[1:], errors

    def one(self, place, dice):
        rules = draw_rules(dice, place)
        status, _, errors = place.load(rules)
        if status:
            return self.wrong('the rules do not load', str(rules), errors)
        chain = dice.choice(place.chains)
        count = sum(1 for at, _ in rules if at == chain)
        edits = [draw_edit(dice, chain, count, NEW[place.kind])]
        before = place.listing()
        parts, errors = self.parts(place, edits)
        if not parts:
            return self.wrong('no script', str(edits), errors)
        script, undo, after = parts
        status, echo, errors = place.apply(script)
        if status:
            return self.wrong('the script fails', before, script, errors)
        self.count += 1
        if place.kind == 'nft':
            wanted, got = sorted(after.splitlines()), sorted(nft_rules(place.dump()))
            order = [line for line in nft_rules(place.dump()) if line.startswith(chain)]
            wanted_order = [line for line in after.splitlines() if line.startswith(chain)]
            same = wanted == got and order == wanted_order
        else:
            wanted, got = after, place.dump()
            same = wanted == got
        if not same:
            return self.wrong(f'{place.engine}: not as foretold', str(edits), script, str(wanted), str(got))
        self.stale(place, script, edits)
        status, _, errors = place.undo(undo, echo, self.folder, self.program)
        if status or place.listing() != before:
            return self.wrong(f'{place.engine}: the undo', str(edits), undo, errors, before, place.listing())
        return None

    def stale(self, place, script, edits):
        """What was deleted or moved by its name is no longer where it was: applied twice, nothing happens."""
        named = ' handle ' in script if place.kind == 'nft' else re.search(r'^-D \w+ -', script, re.M)
        if not edits[0].startswith('delete') or not named:
            return
        before = place.listing()
        status, _, _ = place.apply(script)
        self.refused += 1
        if not status or place.listing() != before:
            self.wrong(f'{place.engine}: a script is applied twice', script)


def main():
    enter()
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    places = [Save(backend, family) for backend in ('legacy', 'nft') for family in ('ip', 'ip6')] + [Nft()]
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(sys.argv[1], pathlib.Path(folder))
        for place in places:
            dice = random.Random(f'{seed} {place.engine} {place.family}')
            for _ in range(ROUNDS):
                trial.one(place, dice)
            place.clear()
    print(f'{trial.count} edits, {trial.refused} refused when they were made again, {trial.bad} wrong')
    return 1 if trial.bad else 0


if __name__ == '__main__':
    sys.exit(main())

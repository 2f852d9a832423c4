#!/usr/bin/python3
"""nft's text and nft's JSON of one ruleset are one model, and are read without problems.

usage: nft_pairs.py DUMP_RULES [--seeds N] [-v] [FILE...]

Loads with the real nft, in a namespace of its own, each statement of nft_statements.txt, generated rulesets, and the
given files; lists them as text and as JSON; compares the dumps of both. What this kernel has not is skipped, and
counted. 77 where there are no namespaces.
"""
import argparse
from json import loads
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here))
import nft_rulesets  # noqa: E402

SETS = {'inet': '''
    set addresses { type ipv4_addr; flags interval; elements = { 10.0.0.0/8 comment "ten", 192.168.1.1-192.168.1.9 } }
    set pairs { type ipv4_addr . inet_service; flags interval; elements = { 10.0.0.0/8 . 22-80, 1.1.1.1 . 53 } }
    set ports { typeof tcp dport; elements = { 22, 80 } }
    set names { type ifname; elements = { "eth0", "lo" } }
    set marks { typeof ip dscp; elements = { cs1, 5 } }
    set lives { typeof ip ttl . meta mark; elements = { 1 . 0x10 }
    }
    set recent { type ipv4_addr; flags dynamic,timeout; timeout 1m; }
    map verdicts { type ipv4_addr : verdict; flags interval; elements = { 10.0.0.0/8 : jump x, 11.0.0.0/8 : drop, * : accept } }
    map forms { type inet_service : ipv4_addr; counter; elements = { 80 : 10.0.0.1 } }
    counter named { packets 1 bytes 2 }
    quota named { over 10 mbytes }
    limit named { rate 10/second }
    ct helper ftp-std { type "ftp" protocol tcp; l3proto ip; }
''', 'ip': 'map translations { type ipv4_addr : ipv4_addr; elements = { 10.0.0.1 : 1.1.1.1 } }\n'}
# Families and hooks: what a statement's head means.
TYPES = {'nat-prerouting': 'type nat hook prerouting priority dstnat', 'nat-postrouting': 'type nat hook postrouting priority srcnat + 5',
         'ingress': 'type filter hook ingress device "lo" priority -500'}


def ruleset(family, hook, rule):
    head = TYPES.get(hook, f'type filter hook {hook} priority {"filter - 5" if family != "arp" else "0"}')
    sets = SETS.get(family, '').replace('; }\n', ';\n}\n')
    return (f'table {family} t {{\n{sets}\nchain x {{\nreturn\n}}\n'
            f'chain c {{\n{head}; policy drop;\n{rule}\n}}\n}}\n')


def statements():
    for line in (here / 'nft_statements.txt').read_text().splitlines():
        if not line or line.startswith('#'):
            continue
        head, rule = line.split(': ', 1)
        is_rewritten = head.startswith('~')
        family, hook = head.lstrip('~').split()
        yield line, ruleset(family, hook, rule), is_rewritten


class Pairs:
    def __init__(self, program, folder, is_loud):
        self.program, self.folder, self.is_loud = program, pathlib.Path(folder), is_loud
        self.good = self.skipped = 0
        self.bad = []

    def nft(self, *words, text=None):
        return subprocess.run(['nft', *words], input=text, capture_output=True, text=True, timeout=60)

    def dump(self, name, text):
        path = self.folder / name
        path.write_text(text)
        done = subprocess.run([self.program, path], capture_output=True, text=True, timeout=60)
        return done.stdout, done.stderr.replace(str(self.folder), ''), done.returncode

    def compare(self, name, what, a, b):
        for which, dump in ((what[0], a), (what[1], b)):
            if dump[2]:
                self.bad.append(f'{name}: {which}: status {dump[2]}: {dump[1]}')
                return False
        if a[0] != b[0]:
            lines = [(x, y) for x, y in zip(a[0].splitlines(), b[0].splitlines()) if x != y]
            self.bad.append(f'{name}: {what[0]} and {what[1]} differ:\n    ' + '\n    '.join(lines[0] if lines else (a[0], b[0])))
            return False
        return True

    def same_handles(self, name, text, json):
        """Every rule that JSON has a handle for has it in the text, in the same order."""
        from_json = [str(x['rule']['handle']) for x in loads(json)['nftables'] if 'rule' in x]
        (self.folder / 'handles').write_text(text)
        done = subprocess.run([self.program, 'handles', self.folder / 'handles'], capture_output=True, text=True, timeout=60)
        if done.stdout.split() != from_json:
            self.bad.append(f'{name}: handles {done.stdout.split()} in the text, {from_json} in JSON')
            return False
        return True

    def pair(self, name, source, is_rewritten):
        self.nft('flush', 'ruleset')
        loaded = self.nft('-f', '-', text=source)
        if loaded.returncode:
            self.skipped += 1
            if self.is_loud:
                print(f'skipped: {name}: {(loaded.stderr.splitlines() or [f"status {loaded.returncode}"])[0]}')
            return
        text, json = self.nft('list', 'ruleset').stdout, self.nft('-j', 'list', 'ruleset').stdout
        listed = self.dump('listed.nft', text)
        # nft 1.0.6 does not print devices in JSON.
        bare = re.sub(r'( ingress .*) on \S+$', r'\1', listed[0], flags=re.M)
        good = self.compare(name, ('text', 'JSON'), (bare, *listed[1:]), self.dump('listed.json', json))
        # As the live ruleset is asked for: with handles.
        text, json = self.nft('-a', 'list', 'ruleset').stdout, self.nft('-ja', 'list', 'ruleset').stdout
        handled = self.dump('live (nft)', text)
        bare = re.sub(r'( ingress .*) on \S+$', r'\1', handled[0], flags=re.M)
        good = self.compare(name, ('live text', 'live JSON'), (bare, *handled[1:]), self.dump('live.json', json)) and good
        good = self.same_handles(name, text, json) and good
        if not is_rewritten:
            good = self.compare(name, ('the source', 'its listing'), self.dump('source.nft', source), listed) and good
        self.good += good
        if self.is_loud:
            print('good:' if good else 'BAD:', name, listed[1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    parser.add_argument('files', nargs='*')
    parser.add_argument('--seeds', type=int, default=30)
    parser.add_argument('-v', action='store_true')
    args = parser.parse_intermixed_args()
    if os.environ.get('NFT_PAIRS') != 'inside':
        if os.geteuid() or subprocess.run(['unshare', '-n', 'nft', 'list', 'ruleset'], capture_output=True).returncode:
            print('needs root, namespaces and nft')
            return 77
        os.environ['NFT_PAIRS'] = 'inside'
        os.execvp('unshare', ['unshare', '-n', sys.executable, *sys.argv])

    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=False)
    with tempfile.TemporaryDirectory() as folder:
        pairs = Pairs(pathlib.Path(args.program).resolve(), folder, args.v)
        for name, source, is_rewritten in statements() if args.seeds else []:
            pairs.pair(name, source, is_rewritten)
        for seed in range(args.seeds):
            pairs.pair(f'seed {seed}', nft_rulesets.make(random.Random(seed)), True)
        for name in args.files:
            pairs.pair(name, pathlib.Path(name).read_text(), True)
    print('\n'.join(pairs.bad))
    print(f'{pairs.good} pairs are one model, {len(pairs.bad)} are not, {pairs.skipped} were refused by this nft or kernel')
    return 1 if pairs.bad else 0


if __name__ == '__main__':
    sys.exit(main())

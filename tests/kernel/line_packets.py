#!/usr/bin/python3
"""The packets of tests/rules/*.t through the kernel: does the rule take those that the line says, and no others?

usage: line_packets.py JUDGE FOLDER

Each line with packets is loaded by itself, by both backends; its packets are sent, and the kernel's counters compared
with the answers. Lines that this kernel does not take are listed, and packets that cannot be sent.
"""
import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import rulesets

ANSWER = re.compile(r' -> (yes|no|unknown)$')


def lines_of(folder):
    """(file, number, family, table, chain, words, packets)"""
    for path in sorted(pathlib.Path(folder).rglob('*.t')):
        at = None
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if line.startswith('@'):
                at = line[1:].split()
            parts = line.split(' ; ')
            if at and len(parts) == 3 and not line.startswith('#'):
                packets = [p for p in parts[2].split(', ') if ANSWER.search(p)]
                yield path.name, number, *at, parts[0], packets


def group(packet):
    """Packets that need the same rules before theirs, or another chain."""
    needs = []
    if (m := re.search(r'\bct-mark=(\S+)', packet)) and 'state=new' in packet:
        needs.append(('mangle', f'-j CONNMARK --set-mark {m[1]}'))
    elif m := re.search(r'(?<![\w-])mark=(\S+)', packet):
        needs.append(('mangle', f'-j MARK --set-mark {m[1]}'))
    if 'state=untracked' in packet:
        needs.append(('raw', '-j CT --notrack'))
    forward = 'fragment=1' in packet or 'dst-type=UNICAST' in packet
    return tuple(needs), forward


def ruleset(table, chain, words, needs, forward):
    """Rules that make the packet so stand before."""
    if forward and chain == 'INPUT':
        chain = 'FORWARD'
    tables = {table: [f'-A {chain} {words}']}
    for where, target in needs:
        if where != table:
            tables[where] = [f'-A PREROUTING -m comment --comment kiriwake-before {target}']
    return ''.join(f'*{t}\n' + ''.join(f':{c} ACCEPT [0:0]\n' for c in rulesets.CHAINS[t]) + '\n'.join(lines) + '\nCOMMIT\n'
                   for t, lines in tables.items())


def run(judge, kind, text, packets):
    with tempfile.NamedTemporaryFile('w', suffix='.rules') as f:
        f.write(text)
        f.flush()
        args = [word for p in packets for word in ('-p', p)]
        done = subprocess.run([judge, '-v', *args, f'{kind}:{f.name}'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors='replace', timeout=300)
    return done.returncode, done.stdout


def main():
    judge, folder = sys.argv[1:3]
    if os.geteuid() != 0 or not os.path.exists('/dev/net/tun'):
        print('no root or no tun here: not judged')
        return 77
    totals, failed = collections.Counter(), 0
    for file, number, family, table, chain, words, packets in lines_of(folder):
        sure = [p for p in packets if not p.endswith('unknown')]
        totals['unknown'] += len(packets) - len(sure)
        if not sure:
            continue
        version = '6' if family == 'ip6' else '4'
        groups = collections.defaultdict(list)
        for packet in sure:
            groups[group(packet)].append(packet)
        for (needs, forward), some in groups.items():
            for backend in ('legacy', 'nft'):
                status, said = run(judge, backend + version, ruleset(table, chain, words, needs, forward), some)
                where = f'{file}:{number} ({backend}): {words}'
                if status == 77:
                    print(said)
                    return 77
                if status == 2:
                    totals['packets of lines not loaded'] += len(some)
                    print(f'not loaded: {where}: {" ".join(said.split())[:120]}')
                    continue
                numbers = dict(w.split('=') for w in re.search(r'^talks=.*$', said, re.M)[0].split())
                totals['packets agreed'] += int(numbers['claims'])
                totals['packets not sent'] += int(numbers['away'])
                for m in re.finditer(r'^away by (\S+) .*?: (.*)$', said, re.M):
                    print(f'not sent, for want of {m[1]}: {where}: {m[2]}')
                if status:
                    failed += 1
                    print(f'== {where}\n{said}')
    print(', '.join(f'{v} {k}' for k, v in totals.items() if v) + f', {failed} lines differ')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())

#!/usr/bin/python3
"""The judge on many rulesets: generated ones, and real ones from files.

usage: run.py JUDGE [--seconds N] [--packets N] [--kinds K,K] [--seed N] [--rulesets N] [--given] [--talks|--claims] [--stop] [FILE|FOLDER...]

Each generated ruleset is judged with --packets packets, one kind after the other, until --seconds are over or --rulesets
are done; with --talks by conversations, whose states are the kernel's own, with
--claims by the witnesses of what the audit finds. Prints how many packets were judged by kind, and every difference; 77 where there are no namespaces here.
"""
import argparse
import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import rulesets

ALL = ['legacy4', 'legacy6', 'nft4', 'nft6', 'nft', 'mixed']
NAT = ['legacy4+nat', 'legacy6+nat', 'nft4+nat', 'nft6+nat', 'nft+nat']
# What leaves is looked at, and answered (judge -x).
EXCHANGE = ['-x', '-b', '500']
TRANSLATES = re.compile(r'-j (DNAT|SNAT|MASQUERADE|REDIRECT|NETMAP)|^[^#]*\b(dnat|snat|masquerade|redirect)\b', re.M)
SUM = re.compile(r'^talks=.*$', re.M)
STATES = pathlib.Path(__file__).with_name('states.nft')


def judge(program, texts, options, folder):
    """(exit status, {number}, output)"""
    args = []
    for kind, text in texts.items():
        path = pathlib.Path(folder) / kind
        path.write_text(text)
        args.append(f'{kind}:{path}')
    if '-c' in options:
        args.append(f'nft:{STATES}')
    done = subprocess.run([program, *options, *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors='replace', timeout=1800)
    found = SUM.search(done.stdout)
    numbers = dict(word.split('=') for word in found[0].split()) if found else {}
    return done.returncode, {k: float(v) for k, v in numbers.items()}, done.stdout


def kinds_of(path, text):
    """What a real file can be loaded as."""
    if re.search(r'^\*(filter|nat|mangle|raw|security)', text, re.M):
        v6 = 'ip6' in path.name or 'v6' in path.name or re.search(r'-[sd] [0-9a-f]*:|icmpv6|icmp6', text)
        return ['legacy6', 'nft6'] if v6 else ['legacy4', 'nft4']
    if re.search(r'^\s*(table|add table|flush ruleset)\b', text, re.M):
        return ['nft']
    return []


def rulesets_below(names):
    """Files as they are; of folders all that look like a saved ruleset."""
    for path in (pathlib.Path(n) for n in names):
        if path.is_dir():
            yield from (p for p in sorted(path.rglob('*')) if p.suffix in ('.v4', '.v6', '.nft'))
        else:
            yield path


def judge_file(args, totals, name, texts, options, folder):
    """1 where it fails."""
    path, kind = name
    status, numbers, said = judge(args.judge, texts, options, folder)
    t = totals[f'{kind}, real']
    t['rulesets'] += 1
    for k, v in numbers.items():
        t[k] += v
    t['not loaded'] += status == 2
    if status in (0, 2):
        return 0
    print(f'== {path} as {kind}: {status}\n{said}', flush=True)
    return 1


def judge_files(args, totals):
    """Real rulesets; those that this kernel does not take are only counted."""
    failed = 0
    way = ['-c'] if args.talks else ['-w'] if args.claims else []
    with tempfile.TemporaryDirectory() as folder:
        for path in rulesets_below(args.files):
            text = path.read_text(errors='replace')
            for kind in kinds_of(path, text):
                options = ['-n', str(args.packets), '-s', str(args.seed)] + (['-g'] if args.given else []) + way
                texts = {kind: text}
                if (path.parent / 'sets.ipset').exists():
                    texts['ipset'] = (path.parent / 'sets.ipset').read_text()
                failed += judge_file(args, totals, (path, kind), texts, options, folder)
                if not way and TRANSLATES.search(text):
                    failed += judge_file(args, totals, (path, f'{kind}+nat'), texts, options + EXCHANGE, folder)
    return failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('judge')
    parser.add_argument('--seconds', type=float, default=60)
    parser.add_argument('--packets', type=int, default=10000)
    parser.add_argument('--rulesets', type=int, default=10 ** 9)
    parser.add_argument('--kinds', default=','.join(ALL + NAT))
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--given', action='store_true', help='the model is made of the files, not of the dump')
    parser.add_argument('--talks', action='store_true', help='conversations')
    parser.add_argument('--claims', action='store_true', help='the witnesses of the audit')
    parser.add_argument('--stop', action='store_true', help='at the first ruleset that differs')
    parser.add_argument('files', nargs='*')
    args = parser.parse_intermixed_args()
    if os.geteuid() != 0 or not os.path.exists('/dev/net/tun'):
        print('no root or no tun here: not judged')
        return 77
    totals = collections.defaultdict(collections.Counter)
    way = ['-c'] if args.talks else ['-w'] if args.claims else []
    end = time.monotonic() + args.seconds
    number, failed = 0, judge_files(args, totals)
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < end and number < args.rulesets:
            for kind in args.kinds.split(','):
                seed = args.seed + number
                texts = rulesets.make(kind, seed)
                # Now the kernel's dump is the model, now the text as it was written.
                options = ['-n', str(args.packets), '-s', str(seed)] + (['-g'] if args.given or number % 2 else [])
                options += way or (EXCHANGE if kind.endswith('+nat') else [])
                status, numbers, said = judge(args.judge, texts, options, folder)
                if status == 77:
                    print(said)
                    return 77
                t = totals[kind]
                t['rulesets'] += 1
                for k, v in numbers.items():
                    t[k] += v
                if status == 2 or not numbers:
                    t['not loaded'] += 1
                if status not in (0, 2) or not numbers:
                    failed += status != 2
                    print(f'== {kind} {seed}: {status}\n{said}', flush=True)
                    if args.stop:
                        return 1
            number += 1
    for kind, t in totals.items():
        print(f'{kind}: ' + ', '.join(f'{v:.0f} {k}' for k, v in t.items() if v))
    print(f'{sum(t["judged"] for t in totals.values()):.0f} packets judged, '
          f'{sum(t["translated"] for t in totals.values()):.0f} translated, '
          f'{sum(t["replies"] for t in totals.values()):.0f} answers translated back, '
          f'{sum(t["differences"] for t in totals.values()):.0f} differences, '
          f'{sum(t["unknown"] for t in totals.values()):.0f} unknown that should not be')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())

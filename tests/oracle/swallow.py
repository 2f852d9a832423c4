#!/usr/bin/python3
"""No input crashes kiriwake, and none is swallowed.

usage: swallow.py KIRIWAKE FILE-OR-FOLDER...

Every file is explained and read. The exit status must be one of ours, no sanitizer may speak, the JSON must be valid, and
what tcpdump prints of a file must be among what kiriwake counted: fewer packets than tcpdump's without a problem reported
would be swallowing.
"""
import json
import pathlib
import shutil
import subprocess
import sys

kiriwake = sys.argv[1]
tcpdump = shutil.which('tcpdump')
files = []
for name in sys.argv[2:]:
    path = pathlib.Path(name)
    files += sorted(p for p in path.rglob('*') if p.is_file()) if path.is_dir() else [path]
files = [f for f in files if f.suffix not in ('.tsv', '.out', '.md')]
wrong = 0


def bad(path, what):
    global wrong
    wrong += 1
    print(f'{path}: {what}')


def run(*arguments):
    done = subprocess.run([kiriwake, *arguments], capture_output=True, check=False, timeout=120)
    error = done.stderr.decode('utf-8', 'replace')
    if done.returncode not in (0, 1, 2, 3) or 'Sanitizer' in error or 'runtime error' in error:
        bad(arguments[-1], f'{" ".join(arguments[:-1])}: status {done.returncode}: {error[-600:]}')
    return done


for path in files:
    done = run('explain', '--json', str(path))
    try:
        said = json.loads(done.stdout)
    except ValueError as e:
        bad(path, f'the JSON is not valid: {e}')
        continue
    if said['problems'] and done.returncode != 2:
        bad(path, f'problems, and yet status {done.returncode}')
    if not said['problems'] and done.returncode == 2:
        bad(path, 'status 2 without a problem')
    run('read', '-nn', str(path))
    if tcpdump and path.suffix != '.txt':
        theirs = subprocess.run([tcpdump, '-nn', '-q', '-t', '-#', '-r', str(path)], capture_output=True, check=False)
        numbers = [int(w[0]) for w in (l.split() for l in theirs.stdout.decode('utf-8', 'replace').splitlines())
                   if w and w[0].isdigit()]
        if numbers and max(numbers) > said['summary']['packets'] and not said['problems']:
            bad(path, f'tcpdump sees {max(numbers)} packets, kiriwake {said["summary"]["packets"]}, and no problem')

print(f'{len(files)} files, {wrong} wrong')
sys.exit(1 if wrong or not files else 0)

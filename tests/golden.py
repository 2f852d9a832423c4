#!/usr/bin/python3
"""The showcase cases in every format, English and Japanese, compared with what was reviewed before.

usage: golden.py KIRIWAKE [--bless]

tests/golden/CASE.FORMAT holds what the program must print; tools/bless writes the files anew, to be read in the diff.
"""
import os
import pathlib
import re
import subprocess
import sys

tests = pathlib.Path(__file__).resolve().parent
stories = 'stories'
CASES = {
    'manager-bad': [f'{stories}/1-manager-bad.txt'],
    'manager-bad-at-server': ['--at', f'server={stories}/1-manager-bad.txt'],
    'manager-good': ['--all', f'{stories}/1-manager-good.txt'],
    'good-flows': ['--all', f'{stories}/1-icmp-good.txt', f'{stories}/1-ssh-good.txt'],
    'telnet-bad': [f'{stories}/2-telnet-bad.txt'],
}
FORMATS = {
    'txt': [],
    'ja.txt': ['--lang', 'ja'],
    'json': ['--json'],
    'jsonl': ['--jsonl'],
}
kiriwake = str(pathlib.Path(sys.argv[1]).resolve())
bless = '--bless' in sys.argv
environment = dict(os.environ, TZ='Asia/Tokyo', LC_ALL='C.UTF-8', LANGUAGE='')
listed = set(re.findall(r"'(\w+)'", re.search(r"'format': \['report/formats', \[(.*?)\]\]",
                                              (tests / '../src/meson.build').read_text())[1]))
wrong = []

if listed - {'text', 'json', 'jsonl'}:
    wrong.append(f'golden.py does not ask for these formats: {sorted(listed)}')
for name, arguments in CASES.items():
    for suffix, options in FORMATS.items():
        path = tests / 'golden' / f'{name}.{suffix}'
        done = subprocess.run([kiriwake, 'explain', *options, *arguments], cwd=tests, env=environment,
                              capture_output=True, check=False)
        if bless:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(done.stdout)
        elif not path.exists() or path.read_bytes() != done.stdout:
            wrong.append(f'{path.relative_to(tests)}: kiriwake explain {" ".join([*options, *arguments])} prints otherwise')
        if done.stderr:
            wrong.append(f'{name}: {done.stderr.decode()}')
print('\n'.join(wrong))
print(f'{len(CASES) * len(FORMATS)} golden files, {len(wrong)} wrong')
sys.exit(bool(wrong))

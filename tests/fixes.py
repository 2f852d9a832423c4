#!/usr/bin/python3
"""`kiriwake fix plan`: what it says of rules in files, in words that were reviewed before; its JSON by doc/fix.schema.json; and
what a tired operator types.

usage: fixes.py KIRIWAKE [--bless]

tests/golden/fix-NAME.FORMAT holds what the program must print; tools/bless writes the files anew, to be read in the diff.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

tests = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(tests / 'lib'))

import alone  # noqa: E402

kiriwake = str(pathlib.Path(sys.argv[1]).resolve())
bless = '--bless' in sys.argv
environment = dict(os.environ, TZ='Asia/Tokyo', LC_ALL='C.UTF-8', LANGUAGE='')
for name in ('SSH_CONNECTION', 'SSH_CLIENT', 'COLUMNS'):
    environment.pop(name, None)
checked, wrong = 0, []

telnet = 'rulesets/story2/rules.v4'
# name: (exit status, arguments)
GOLDEN = {
    'telnet': (0, ['tcp/23', '--from', '192.168.30.1', '--ruleset', telnet]),
    'telnet-subnet': (0, ['192.168.30.2:23', '--from', '192.168.30.1', '--for', '192.168.30.0/24', '--ruleset', telnet]),
    'manager': (0, ['172.16.1.2:5555', '--from', '10.1.0.7', '--ruleset', 'rulesets/centos6/rules.v4']),
    'elsewhere': (1, ['fixes/elsewhere']),
    'nothing': (0, ['tcp/22', '--from', '192.168.30.1', '--ruleset', telnet]),
}
try:
    import jsonschema
    names = ('fix.schema.json', 'check.schema.json', 'firewall-diff.schema.json')
    store = {name: json.loads((tests / '../doc' / name).read_text()) for name in names}
    schema = store['fix.schema.json']
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema, resolver=jsonschema.RefResolver('fix.schema.json', schema, store=store))
except ImportError:
    validator = None
    print('python3-jsonschema is not installed: the JSON was not checked')


def run(*arguments, env=None, stdin=b''):
    done = subprocess.run([kiriwake, *arguments], cwd=tests, capture_output=True, check=False, input=stdin,
                          env={**environment, **(env or {})}, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def check(name, is_so, got):
    global checked
    checked += 1
    if not is_so:
        wrong.append(f'{name}: {got}')


def status(expected, *arguments, says='', **more):
    got = run('fix', *arguments, **more)
    check(f'kiriwake fix {" ".join(arguments)} should give {expected} {says!r}', got[0] == expected and says in got[1] + got[2], got)
    return got


def keeps_promise(name, text):
    said = json.loads(text)
    error = validator and jsonschema.exceptions.best_match(validator.iter_errors(said))
    check(name, not error, error and f'{"/".join(map(str, error.absolute_path))}: {error.message[:300]}')
    return said


def compare(name, expected, arguments):
    for suffix, options in (('txt', []), ('ja.txt', ['--lang', 'ja']), ('json', ['--json'])):
        path = tests / 'golden' / f'fix-{name}.{suffix}'
        got = run('fix', 'plan', '--no-rehearse', *options, *arguments)
        if suffix == 'json':
            keeps_promise(f'fix-{name}', got[1])
        said = re.sub(r'"at": "[^"]*"', '"at": "2026-11-22T00:00:00.000000+09:00"', got[1])
        check(f'fix-{name}: status', got[0] == expected and not got[2], (got[0], got[2]))
        if bless:
            path.write_text(said)
        elif not path.exists() or path.read_text() != said:
            wrong.append(f'golden/fix-{name}.{suffix}: kiriwake fix plan {" ".join(arguments)} prints otherwise')


for name, (expected, arguments) in GOLDEN.items():
    compare(name, expected, arguments)

rules = ['--ruleset', telnet]
client = ['--from', '192.168.30.1']

# Which word is missing, or wrong.
status(2, says='plan, rehearse')
status(2, 'paln', 'tcp/23', says='it is plan, rehearse')
status(2, '23', says='kiriwake fix plan 23')
status(0, '--help', says='rehearse')
status(0, 'plan', '--help', says='--ruleset')
status(0, 'rehearse', '--help', says='--experiment')
status(2, 'plan', says='what is to work?')
status(2, 'plan', telnet, says='--ruleset')
status(2, 'plan', 'telnte', *client, says='no service of this host')
status(2, 'plan', '23', '10.1.0.7', says='--from 10.1.0.7')
status(2, 'plan', '23', '24', says='one service at a time')
status(2, 'plan', '23', '--form', '10.1.0.7', says='--form')
status(2, 'plan', '23', '--from', 'abc', *rules, says='"abc"')
status(2, 'plan', '23', *rules, says='for whom?')
status(2, 'plan', '23', *client, *rules, '--for', 'evryone', says='"evryone"')
status(2, 'plan', '23', *client, *rules, '--for', '10.2.0.0/16', says='not in 10.2.0.0/16')
status(2, 'plan', '23', *client, *rules, '--for', 'subnet', says='--for 10.1.0.0/24')
status(2, 'plan', '23', *client, *rules, '--choose', '0', says='"0"')
status(2, 'plan', '23', *client, *rules, '--choose', '77', says='77')
status(2, 'plan', '23', *client, '--packet', 'tcp dport=23', says='--ruleset')
status(2, 'plan', '--packet', 'tcp dprot=23', *rules, says='dprot')
status(2, 'plan', '--packet', 'icmp type=8 src=10.1.0.7', *rules, says='TCP or UDP')
status(2, 'plan', '23', *client, *rules, '--host', 'x', says='one of them')
status(2, 'plan', '23', *client, *rules, '--wait', says='as it is now')
status(2, 'plan', '23', *client, '--ruleset', '/nonexistent.v4', says='No such file')
status(2, 'plan', '/etc', says='case.json')
status(2, 'plan', '23', *client, '--ruleset', '-', stdin=b'*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dprot 22 -j ACCEPT\nCOMMIT\n', says='-:3:')

# The device matters: it has to be said, and is taken.
device = b'*filter\n:INPUT DROP [0:0]\n-A INPUT -i eth1 -j ACCEPT\nCOMMIT\n'
status(2, 'plan', '23', *client, '--ruleset', '-', stdin=device, says='in=eth0')
status(0, 'plan', '23', *client, '--ruleset', '-', '--packet', 'in=eth1', stdin=device, says='nothing to fix')
status(0, 'plan', '23', *client, '--ruleset', '-', '--address', 'eth1=192.168.30.2/24', stdin=device, says='nothing to fix')
# What no packet shows, no plan is made of.
status(3, 'plan', '23', *client, '--ruleset', '-', stdin=b'*filter\n:INPUT DROP [0:0]\n-A INPUT -m limit --limit 1/s -j ACCEPT\nCOMMIT\n', says='cannot be foretold')

# Both stories, rehearsed: where there may be namespaces, and the tools of the packet filter.
for name, arguments in (('telnet', GOLDEN['telnet'][1]), ('manager', GOLDEN['manager'][1])):
    got = run('fix', 'rehearse', '--experiment', '--json', *arguments)
    said = keeps_promise(f'{name}, rehearsed', got[1])
    rehearsal = said['candidates'][0]['rehearsal']
    if not rehearsal or any(row['result'] == 'blocked' for row in rehearsal['rows']):
        print(f'{name} was not rehearsed: {rehearsal and [row["text"] for row in rehearsal["rows"]]}')
        continue
    rows = {row['check']: row['result'] for row in rehearsal['rows']}
    check(f'{name}: proven', got[0] == 0 and rehearsal['proven'], got)
    check(f'{name}: without rules it works', rows['experiment'] == 'pass' and rows['after'] == 'pass', rows)
    check(f'{name}: all others kept their fate', rehearsal['witnesses'] > 5, rehearsal)

with tempfile.TemporaryDirectory() as private:
    case = f'{private}/case'
    first = status(0, 'plan', '192.168.30.2:23', *client, *rules, '--no-rehearse', '--json', '--save', case)
    if first[0] == 0:
        kept = pathlib.Path(case, 'plan.json')
        check('the plan is kept, for its owner alone', kept.read_text() == first[1] and kept.stat().st_mode & 0o777 == 0o600, kept.stat())
        again = run('explain', case, '--json')
        check('the case can be judged again', again[0] == 1 and json.loads(again[1])['verdict']['cause'] == json.loads(first[1])['verdict']['cause'], again)
        status(1, 'plan', case, '--no-rehearse', says='rule 5')
    why = alone.enter(f'{private}')
    if not why:
        with alone.listener('127.0.0.1', alone.web) as port:
            said = keeps_promise('nothing to fix here', status(0, 'plan', str(port), '--from', '127.0.0.1', '--no-rehearse', '--json')[1])
            check('healthy, no candidates', said['verdict']['status'] == 'healthy' and not said['candidates'], said)
        keeps_promise('nothing listens', run('fix', 'plan', '1', '--no-rehearse', '--json')[1])
        keeps_promise('a target', run('fix', 'plan', 'nosuch.example:22', '--no-rehearse', '--json')[1])
    else:
        print(f'this host was not asked: {why}')

print('\n'.join(wrong))
print(f'{checked} checked, {len(wrong)} wrong')
sys.exit(bool(wrong))

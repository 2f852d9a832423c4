#!/usr/bin/python3
"""The JSON keeps the promise of its schema: doc/explain.schema.json, in both forms and both languages, and
doc/check.schema.json, in real runs and in saved cases, which have to be judged again as they were, and in looks at saved
hosts; doc/sources.schema.json.

usage: schema.py KIRIWAKE FILE-OR-FOLDER...
"""
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print('python3-jsonschema is not installed')
    sys.exit(77)

tests = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(tests / 'lib'))

import alone  # noqa: E402

kiriwake = str(pathlib.Path(sys.argv[1]).resolve())
schema = json.loads((tests / '../doc/explain.schema.json').read_text())
jsonschema.Draft7Validator.check_schema(schema)
whole = jsonschema.Draft7Validator(schema)
item = jsonschema.Draft7Validator({**schema['definitions']['item'], 'definitions': schema['definitions']})
files = []
for name in sys.argv[2:]:
    path = pathlib.Path(name)
    files += sorted(p for p in path.rglob('*') if p.is_file()) if path.is_dir() else [path]
wrong = checked = 0


def explain(*arguments):
    return subprocess.run([kiriwake, 'explain', *arguments], capture_output=True, check=False).stdout.decode()


def judge(validator, value, what):
    global wrong, checked
    checked += 1
    error = jsonschema.exceptions.best_match(validator.iter_errors(value))
    if error:
        wrong += 1
        print(f'{what}: {"/".join(map(str, error.absolute_path))}: {error.message[:300]}')
    return not error


for path in files:
    if path.suffix in ('.tsv', '.out', '.md'):
        continue
    said = json.loads(explain('--json', str(path)))
    lines = [json.loads(l) for l in explain('--jsonl', str(path)).splitlines()]
    judge(whole, said, path)
    if said['flows'] != lines[:-1] or said['problems'] != lines[-1]['problems'] or said['summary'] != lines[-1]['summary']:
        wrong += 1
        print(f'{path}: --json and --jsonl differ')
    if said['flows'] and checked % 20 == 1:
        for line in lines[:-1][:3]:
            judge(item, line, path)
        judge(whole, json.loads(explain('--json', '--lang', 'ja', str(path))), f'{path} (ja)')

for rules in sorted((tests / 'rulesets').glob('*/rules.*')):
    for path in files:
        if path.parent.name == 'stories':
            judge(whole, json.loads(explain('--json', '--ruleset', str(rules), '--at', f'server={path}')), f'{path} with {rules}')


def same_verdict(one, other, is_asked_anew=False):
    """But for the words, which are the language's; and for the times, if it was looked at anew."""
    def core(said):
        v = said['verdict']
        return {**{k: v[k] for k in ('status', 'symptom', 'cause', 'certainty', 'place', 'ruled_out')},
                'culprit': {k: x for k, x in v['culprit'].items() if k != 'text'}, 'also': [(a['cause'], a['certainty']) for a in v['also']], 'alternatives': [a['cause'] for a in v['alternatives']],
                'evidence': [(e['fact'], e['at'], e['packets']) for e in v['evidence']],
                'addresses': said['target']['addresses'], 'steps': [(s['step'], s['status'], s['ms']) for s in said['steps']]}
    def but_times(said):
        return {**core(said), 'evidence': [e['fact'] for e in said['verdict']['evidence']], 'not_looked': said['verdict']['not_looked'],
                'steps': [(s['step'], s['status'], s['text']) for s in said['steps']]}
    return but_times(one) == but_times(other) if is_asked_anew else core(one) == core(other)


def check_runs(folder):
    """Targets on the loopback interface, each asked, saved, and judged again."""
    global wrong, checked
    validator = jsonschema.Draft7Validator(json.loads((tests / '../doc/check.schema.json').read_text()))
    jsonschema.Draft7Validator.check_schema(validator.schema)

    def said_by(*arguments):
        done = subprocess.run([kiriwake, *arguments], capture_output=True, check=False, timeout=60)
        return done.returncode, json.loads(done.stdout)

    alone.hosts('127.0.0.1 localhost here.example\n::1 localhost here.example\n')
    with alone.listener('127.0.0.1', alone.web) as port, alone.listener('127.0.0.1', lambda c: c.close()) as closing:
        for number, (status, *arguments) in enumerate((
                (0, f'http://127.0.0.1:{port}'), (1, f'http://here.example:{port}/a'), (1, '127.0.0.1:1'), (1, '::1', '1'), (1, 'udp://127.0.0.1:9'),
                (1, 'nosuch.example:22'), (1, '192.0.2.1:22'), (1, f'127.0.0.1:{closing}'), (1, f'https://127.0.0.1:{port}/'),
                (1, '127.0.0.1:1', '-v'), (1, '127.0.0.1:1', '--source', '127.0.0.9'), (1, '127.0.0.1:1', '--source', '192.0.2.7'))):
            case = f'{folder}/case{number}'
            got, said = said_by('check', *arguments, '--json', '--save', case)
            what = f'check {" ".join(arguments)}'
            judge(validator, said, what)
            if got != status:
                wrong += 1
                print(f'{what}: exit status {got}, not {status}: {said["verdict"]["text"]}')
            for lang in ('en', 'ja'):
                again, told = said_by('explain', case, '--json', '--lang', lang)
                judge(validator, told, f'{what}, replayed ({lang})')
                if again != got or not same_verdict(said, told):
                    wrong += 1
                    print(f'{what}: replayed ({lang}) it gives another verdict')
            judge(validator, said_by('check', *arguments, '--json', '--lang', 'ja')[1], f'{what} (ja)')
        sources = json.loads((tests / '../doc/sources.schema.json').read_text())
        jsonschema.Draft7Validator.check_schema(sources)
        for lang in ('en', 'ja'):
            judge(jsonschema.Draft7Validator(sources), said_by('sources', '--json', '--lang', lang)[1], f'sources ({lang})')
        for number, (status, *arguments) in enumerate((
                (1, str(port)), (1, str(port), '--no-local'), (1, 'udp/9', '--no-local'), (1, '1', '--no-local'), (1, '1'), (1, 'udp/9'),
                (1, str(port), '--from', '192.0.2.1'), (0, str(port), '--from', '127.0.0.1', '--no-local'), (1, str(port), '--timeout', '0.3'))):
            case = f'{folder}/server{number}'
            arguments = arguments if '--timeout' in arguments else [*arguments, '--no-wait']
            got, said = said_by('server', *arguments, '--json', '--save', case)
            what = f'server {" ".join(arguments)}'
            judge(validator, said, what)
            again, told = said_by('explain', case, '--json')
            judge(validator, told, f'{what}, replayed')
            if got != status or again != got or not same_verdict(said, told):
                wrong += 1
                print(f'{what}: exit status {got} (not {status}), replayed {again}: {said["verdict"]["text"]}')
            # The host itself, saved: the same question foretells the same, and claims to have looked at nothing else.
            if '--timeout' in arguments:
                continue
            elsewhere, told = said_by('server', *[a for a in arguments if not a.startswith('--no-')], '--host', case, '--json')
            judge(validator, told, f'{what}, of the saved host')
            if '--no-local' in arguments and (elsewhere != got or not same_verdict(said, told, True)):
                wrong += 1
                print(f'{what}: of the saved host {elsewhere}, not {got}: {told["verdict"]["text"]}')
            if [n for n in told['verdict']['not_looked'] if n not in said['verdict']['not_looked']]:
                wrong += 1
                print(f'{what}: the saved host was asked what this one was not: {told["verdict"]["not_looked"]}')
            other, told = said_by('server', '7', '--from', '192.0.2.99', '--host', f'{case}/host.snapshot', '--json')
            judge(validator, told, f'{what}, of the saved host for another client')
            if other == 0 or not told['verdict']['not_looked']:
                wrong += 1
                print(f'{what}: the saved host is called healthy for a client that it was not asked for')


with tempfile.TemporaryDirectory() as private:
    why = alone.enter(private) if 'stories' in sys.argv[2] else 'this is about captures'
    if not why:
        check_runs(private)
    elif 'stories' in sys.argv[2]:
        print(f'check was not asked: {why}')

print(f'{checked} documents checked, {wrong} wrong')
sys.exit(1 if wrong or not checked else 0)

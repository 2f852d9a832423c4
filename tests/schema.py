#!/usr/bin/python3
"""The JSON keeps the promise of doc/explain.schema.json, in both forms and both languages.

usage: schema.py KIRIWAKE FILE-OR-FOLDER...
"""
import json
import pathlib
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print('python3-jsonschema is not installed')
    sys.exit(77)

kiriwake = sys.argv[1]
schema = json.loads((pathlib.Path(__file__).resolve().parent / '../doc/explain.schema.json').read_text())
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

for rules in sorted((pathlib.Path(__file__).resolve().parent / 'rulesets').glob('*/rules.*')):
    for path in files:
        if path.parent.name == 'stories':
            judge(whole, json.loads(explain('--json', '--ruleset', str(rules), '--at', f'server={path}')), f'{path} with {rules}')

print(f'{checked} documents checked, {wrong} wrong')
sys.exit(1 if wrong or not checked else 0)

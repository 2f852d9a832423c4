#!/usr/bin/python3
"""The rulesets of tests/rulesets load in the kernel, and kiriwake answers what people ask about them.

usage: rulesets.py KIRIWAKE load|ask|schema [FOLDER...]

load needs root, for namespaces; without it, it is skipped (77). schema: the JSON of every part of `firewall' keeps the
promise of doc/firewall-*.schema.json.
"""
import json
import os
import pathlib
import subprocess
import sys

kiriwake = str(pathlib.Path(sys.argv[1]).resolve())
here = pathlib.Path(__file__).resolve().parent / 'rulesets'
folders = [here / name for name in sys.argv[3:]] or sorted(p for p in here.iterdir() if p.is_dir())
environment = dict(os.environ, LC_ALL='C.UTF-8', LANGUAGE='', PATH=os.environ['PATH'] + ':/usr/sbin:/sbin')
checked, wrong = 0, []
validators = {}
if sys.argv[2] == 'schema':
    try:
        import jsonschema
    except ImportError:
        print('python3-jsonschema is not installed')
        sys.exit(77)
    for part in ('show', 'trace', 'audit', 'diff'):
        text = (here / f'../../doc/firewall-{part}.schema.json').resolve().read_text()
        jsonschema.Draft7Validator.check_schema(json.loads(text))
        validators[part] = jsonschema.Draft7Validator(json.loads(text))


def check(what, is_so, got):
    global checked
    checked += 1
    if not is_so:
        wrong.append(f'{what}: {got}')


# Which program reads a file, by its name; save files by both backends.
LOADERS = {
    '.v4': ['iptables-legacy-restore <"$0"', 'iptables-nft-restore <"$0"'],
    '.v6': ['ip6tables-legacy-restore <"$0"', 'ip6tables-nft-restore <"$0"'],
    '.nft': ['nft -f "$0"'],
    '.json': ['nft -j -f "$0"'],
    '.ipset': ['ipset restore <"$0"'],
}


def load(folder):
    sets = folder / 'sets.ipset'
    for path in sorted(folder.iterdir()):
        for command in LOADERS.get(path.suffix, []):
            script = f'ipset restore <"{sets}" && {command}' if sets.exists() and path != sets else command
            done = subprocess.run(['unshare', '--net', 'sh', '-ec', script, str(path)], capture_output=True, text=True,
                                  check=False, env=environment)
            check(f'{path.relative_to(here)}: {command}', done.returncode == 0, done.stderr)


def questions(folder):
    for block in (folder / 'questions.txt').read_text().split('\n\n'):
        question = {'path': [], 'addresses': ''}
        for line in block.strip().splitlines():
            key, value = line.split(': ', 1)
            if key == 'path':
                question['path'].append(value)
            else:
                question[key] = value
        yield question


def name(rule):
    return f'{rule["family"]} {rule["table"]} {rule["chain"]} {rule["rule"]}' if rule else None


def said_by(folder, *arguments):
    done = subprocess.run([kiriwake, 'firewall', *arguments], capture_output=True, text=True, check=False, cwd=folder,
                          env=environment, timeout=60)
    return json.loads(done.stdout) if done.stdout else None


def ask_diff(folder, what, q):
    said = said_by(folder, 'diff', '--json', '--root', 'boot', *q['diff'].split())
    check(what, said and said['equal'] == (q['equal'] == 'yes'), said)
    if said and 'change' in q:
        packets, before, after = q['change'].split()
        check(f'{what} (change)', any(packets in c['packets'].split() and (before, after) == (c['before'], c['after'])
                                      for c in said['changes']), said['changes'])


def ask(folder):
    for q in questions(folder):
        what = f'{folder.name}: {q["ask"]}'
        if 'diff' in q:
            ask_diff(folder, what, q)
            continue
        arguments = ['firewall', 'trace', '--json', '--packet', q['packet']]
        for address in q['addresses'].split():
            arguments += ['--address', address]
        if q['files'] == 'boot':
            arguments += ['--root', str(folder / 'boot'), 'boot']
        else:
            arguments += q['files'].split()
        done = subprocess.run([kiriwake, *arguments], capture_output=True, text=True, check=False, cwd=folder,
                              env=environment, timeout=60)
        if done.returncode > 3 or not done.stdout:
            check(what, False, done)
            continue
        said = json.loads(done.stdout)
        decision = said['decision'] + (f' {said["reject_with"]}' if said['reject_with'] else '')
        check(what, decision == q['decision'], (decision, name(said['rule']), said.get('depends_on'), done.stderr[:500]))
        if 'rule' in q:
            check(f'{what} (rule)', name(said['rule']) == q['rule'], name(said['rule']))
        if 'below' in q:
            below = said['blockers'] and said['blockers'][0].get('shadowed_accept')
            check(f'{what} (accept below)', below and str(below['rule']) == q['below'], below)
        if 'outcomes' in q:
            check(f'{what} (outcomes)', sorted(said['outcomes']) == q['outcomes'].split(), said['outcomes'])
        met = [name(step) for step in said['path'] if step['match'] == 'yes']
        for step in q['path']:
            check(f'{what} (path)', step in met, met)
        if 'not' in q:
            check(f'{what} (not met)', not any(q['not'] in step for step in met), met)


def schemas(folder):
    files = sorted(p.name for p in folder.iterdir() if p.suffix in ('.v4', '.v6', '.nft', '.ipset', '.txt') and
                   p.name != 'questions.txt')
    asked = [q for q in questions(folder) if 'files' in q]
    one = asked[0]['files'].split()
    calls = [('show', *files), ('show', '--lang', 'ja', *one), ('audit', *files), ('diff', one[-1], files[0]),
             ('diff', files[0], files[0])]
    for q in asked:
        boot = ['--root', 'boot'] if q['files'] == 'boot' else []
        calls.append(('trace', '--packet', q['packet'], *boot, *q['files'].split()))
    for part, *rest in calls:
        said = said_by(folder, part, '--json', *rest)
        if said is None:
            check(f'{folder.name}: {part} {" ".join(rest)}', False, 'nothing said')
            continue
        error = jsonschema.exceptions.best_match(validators[part].iter_errors(said))
        check(f'{folder.name}: {part} {" ".join(rest)}', not error,
              error and (list(error.absolute_path), error.message[:300]))


def main():
    if sys.argv[2] == 'schema':
        for folder in folders:
            schemas(folder)
        print('\n'.join(wrong))
        print(f'{checked} checks, {len(wrong)} wrong')
        sys.exit(bool(wrong))
    if sys.argv[2] == 'load':
        if subprocess.run(['unshare', '--net', 'true'], capture_output=True, check=False).returncode:
            print('namespaces need root')
            sys.exit(77)
        for folder in folders:
            load(folder)
    else:
        for folder in folders:
            ask(folder)
    print('\n'.join(wrong))
    print(f'{checked} checks, {len(wrong)} wrong')
    sys.exit(bool(wrong))


main()

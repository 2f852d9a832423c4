#!/usr/bin/python3
"""`kiriwake check' against faults that are really there: builds each set-up, checks that it is called healthy, breaks it, and
checks what is said of it.

usage: run.py [--server [--probe] | --run | --fix [--rehearse | --apply]] [--program PATH] [--jobs N] [--seed S] [--part K/N] [--again] [--as-user] [--keep] [-v] [NAME...]

Prints a line for each (cause, symptom, certainty, how many causes are named, ms), what is wrong with it, and the totals.
Wrong is: a true cause that is not in the set; `proven' with another cause; a fault told of a healthy set-up; another symptom;
a crash, more than 10 s, JSON that is none, an exit status that does not fit. With --as-user (check runs as nobody, who may not
see packets or rules) the cause must be in the set, but need not be proven. --part K/N takes every N-th, another part at
every K (K may be `day'). --again asks what was wrong once more. --keep: a shell where the first fault stands. Exits with 77 where no namespaces can be had.

--server: the same asked on the machine that does not answer, of `kiriwake server' (server_side.py says how it is judged);
there --as-admin is a user with CAP_NET_ADMIN alone. With --probe it makes the attempt itself, once the client has tried in vain.

--run: the same, met by a program that `kiriwake run' runs (run_side.py).

--fix: the plan that `kiriwake fix plan' makes is carried out, must mend it, and is taken back (fix_side.py); with --rehearse it is
rehearsed, too; with --apply `kiriwake fix apply', `confirm' and `undo' do it all (apply_side.py).
"""
import argparse
import concurrent.futures
import importlib.util
import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import traceback

here = pathlib.Path(__file__).resolve().parent
root = here.parent.parent
sys.path.insert(0, str(here))
sys.dont_write_bytecode = True

import spaces  # noqa: E402
from lab import Lab, Skip, wait_until  # noqa: E402
import apply_side  # noqa: E402
import fix_side  # noqa: E402
import run_side  # noqa: E402
import server_side  # noqa: E402
import services  # noqa: E402

LIMIT = 10.0  # seconds that a check may take
PATIENCE = 120  # and a whole file
REST = 8  # seconds that a set-up is given to settle


def arguments():
    parser = argparse.ArgumentParser(usage=__doc__.split('\n\n')[1].removeprefix('usage: '))
    parser.add_argument('--program', default=str(root / 'build/kiriwake'))
    parser.add_argument('--packages', default=os.environ.get('KIRIWAKE_LAB_ROOT', str(root / 'build/lab-root')))
    parser.add_argument('--jobs', type=int, default=2)
    parser.add_argument('--seed', default='1')
    parser.add_argument('--part')
    parser.add_argument('--again', action='store_true')
    parser.add_argument('--server', action='store_true')
    parser.add_argument('--probe', action='store_true')
    parser.add_argument('--run', action='store_true')
    parser.add_argument('--fix', action='store_true')
    parser.add_argument('--rehearse', action='store_true')
    parser.add_argument('--apply', action='store_true')
    parser.add_argument('--as-user', action='store_true')
    parser.add_argument('--as-admin', action='store_true')
    parser.add_argument('--keep', action='store_true')
    parser.add_argument('--one', help=argparse.SUPPRESS)
    parser.add_argument('--base', help=argparse.SUPPRESS)
    parser.add_argument('--variant', type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument('-v', '--verbose', action='store_true')
    parser.add_argument('names', nargs='*')
    return parser.parse_args()


# One file, in namespaces of its own


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem.replace('-', '_'), path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def variants(path, server=False):
    """A file's records: [(name, {'engine', 'family', 'layout'})], one where it has no VARIANTS.

    server: those that are worth asking there.
    """
    module = load(path)
    rows = getattr(module, 'VARIANTS', [{}])
    if server:
        rows = server_side.rows_of(module, path.stem.partition('--')[0], rows, root)
    return [(path.stem + ''.join('--' + str(v) for v in row.values()), row) for row in rows]


def check(lab, args, command):
    """(what it said, ms, why it is no answer)"""
    nobody = ['/usr/bin/setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] if args.as_user else []
    words = [*lab.wrap, *nobody, args.program, 'check', *command, '--json']
    output = run_side.output_path(lab) if args.run else None
    if args.run:
        words = run_side.words(lab, [*nobody, args.program], command, output)
    begin = time.monotonic()
    process = lab.client.popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               errors='replace')
    try:
        out, err = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return None, LIMIT * 1000, f'no answer in {LIMIT:.0f} s'
    ms = (time.monotonic() - begin) * 1000
    if args.run:
        err += out
        out = lab.client.read(output) if lab.client.path(output).exists() else ''
    if process.returncode < 0:
        return None, ms, f'crashed: {signal.Signals(-process.returncode).name}: {err[-400:]}'
    try:
        said = json.loads(out)
        said['verdict']['status']
    except (ValueError, KeyError, TypeError) as error:
        if args.verbose:
            print(out, err, file=sys.stderr)
        return None, ms, f'no verdict (exit status {process.returncode}): {error}: {out[-200:]} {err[-300:]}'
    said['exit'] = process.returncode
    if 'Sanitizer' in err or 'runtime error' in err:
        return said, ms, err[:400]
    return said, ms, None


def causes_of(verdict):
    """The set that is stated, the likeliest first."""
    named = [verdict.get('cause'), *[a.get('cause') for a in verdict.get('alternatives') or []]]
    return list(dict.fromkeys(c for c in named if c))


def judge_healthy(said, expect):
    verdict = said['verdict']
    status = expect.get('status', 'healthy')
    exits = {'healthy': 0, 'degraded': 1}[status]
    wrong = []
    if verdict['status'] != status:
        wrong.append(f'healthy set-up is {verdict["status"]}, not {status}: {verdict.get("symptom")}, {causes_of(verdict)}')
    elif status == 'healthy' and verdict.get('cause'):
        wrong.append(f'healthy set-up has a cause: {verdict["cause"]}')
    if said['exit'] != exits:
        wrong.append(f'exit status {said["exit"]}, not {exits}')
    return wrong


def judge_fault(said, expect, cause):
    verdict = said['verdict']
    wrong = []
    named = causes_of(verdict)
    symptoms = expect['symptom'] if isinstance(expect['symptom'], (list, tuple)) else [expect['symptom']]
    true = [cause, *expect.get('or', [])]
    if not set(true) & set(named):
        wrong.append(f'{cause} is not among {named}')
    elif verdict.get('certainty') == 'proven' and verdict.get('cause') not in true:
        wrong.append(f'proven, but {verdict["cause"]} is not the cause')
    if verdict.get('symptom') not in symptoms:
        wrong.append(f'symptom {verdict.get("symptom")}, not {" or ".join(symptoms)}')
    if expect.get('certainty') and verdict.get('certainty') != expect['certainty']:
        wrong.append(f'{verdict.get("certainty")}, not {expect["certainty"]}')
    elif expect.get('certainty') == 'proven' and verdict.get('cause') not in true:
        wrong.append(f'{verdict.get("cause")} stands first')
    if expect.get('place') and verdict.get('place') != expect['place']:
        wrong.append(f'place {verdict.get("place")}, not {expect["place"]}')
    culprit = verdict.get('culprit') or {}
    for name, value in expect.get('culprit', {}).items():
        if culprit.get(name) != value:
            wrong.append(f'culprit.{name} is {culprit.get(name)!r}, not {value!r}')
    for name in expect.get('not', []):
        if name in named:
            wrong.append(f'{name} is among those named')
    statuses = expect.get('status', ['failing', 'degraded'])
    if verdict['status'] not in statuses:
        wrong.append(f'status {verdict["status"]}')
    if said['exit'] != 1:
        wrong.append(f'exit status {said["exit"]}, not 1')
    return wrong


def settle(lab):
    """Links come up at the kernel's leisure; a machine that people ask about has been up for long."""
    def up():
        return all(host.path(f'sys/class/net/{device}/operstate').read_text() != 'down\n'
                   for host in lab.hosts.values() for device in host.devices)
    wait_until('all links are up', up, REST)


def one(path, args):
    """The record of one variant of a file."""
    name, row = variants(path, args.server)[args.variant]
    record = {'name': name, 'healthy': path.parent.name == 'healthy', 'wrong': [], 'verdicts': []}
    module = load(path)
    spaces.private()
    program = pathlib.Path(args.program).resolve()
    visible = {root, program.parent.parent if program.parent.name.startswith('build') else program.parent}
    stage = spaces.Stage(args.base, pathlib.Path(args.packages).resolve(), visible)
    chosen = {'layout': getattr(module, 'LAYOUT', 'routed'), 'family': getattr(module, 'FAMILY', None)} | row
    lab = Lab(name, args.seed, stage=stage, **chosen)
    try:
        if hasattr(module, 'build'):
            module.build(lab)
        else:
            lab.service = services.some_service(lab)
        settle(lab)
        if args.verbose:
            print(f'{name}: IPv{lab.family}, {lab.engine}, {"threaded" if lab.threaded else "direct"}, {lab.target}',
                  file=sys.stderr)
        cause = getattr(module, 'EXPECT', {}).get('cause', path.stem.partition('--')[0])
        if args.fix and not args.keep:
            record['cause'] = cause
            (apply_side if args.apply else fix_side).judge(lab, module, cause, args, record, root)
        elif args.server and not args.keep:
            server_side.judge(lab, module, None if record['healthy'] else cause, args, record, root)
        else:
            ask_client(lab, module, cause, args, record)
        return record
    finally:
        for end in lab.at_end:
            end()


def ask_client(lab, module, cause, args, record):
    expect = dict(getattr(module, 'EXPECT', {}))
    if args.as_user and getattr(module, 'NEEDS_ROOT', False):
        raise Skip('its program needs root')
    if args.run:
        expect |= getattr(module, 'EXPECT_RUN', {})
    healthy_file = record['healthy']
    if healthy_file or getattr(module, 'HEALTHY', True):
        said, ms, problem = ask(lab, args, expect, record)
        if said and not problem:
            wrong = judge_healthy(said, expect if healthy_file else {})
            record['wrong'] += wrong
            record['false alarm'] = bool(wrong) and bool(causes_of(said['verdict']))
    if healthy_file:
        if args.keep:
            shell(lab)
        return
    module.fault(lab)
    expect |= lab.expect
    if args.as_user:
        expect = {name: value for name, value in expect.items() if name not in ('certainty', 'place', 'culprit')}
        if 'syn-not-sent' in expect['symptom']:
            said_so = expect['symptom']
            expect['symptom'] = [*([said_so] if isinstance(said_so, str) else said_so), 'syn-unanswered']
    else:
        expect |= expect.get('root', {})
    if args.keep:
        shell(lab)
    said, ms, problem = ask(lab, args, expect, record)
    if said and not problem:
        record['wrong'] += judge_fault(said, expect, cause)
        verdict = said['verdict']
        record |= {'ms': ms, 'set': causes_of(verdict), 'proven wrong': verdict.get('certainty') == 'proven'
                   and verdict.get('cause') not in [cause, *expect.get('or', [])]}


def ask(lab, args, expect, record):
    command = lab.command or expect.get('command') or [lab.target]
    if args.as_user and '--as' in command:
        raise Skip('--as needs root')
    said, ms, problem = check(lab, args, [str(c) for c in command])
    if problem:
        record['wrong'].append(problem)
    if said:
        record['verdicts'].append((said['verdict'], round(ms)))
        if args.verbose:
            print(json.dumps(said, indent=1, ensure_ascii=False), file=sys.stderr)
    return said, ms, problem


def shell(lab):
    print('A shell on the client ($TARGET, $ADDRESS, $PORT); `host server COMMAND\' runs on another. The lab ends with it.',
          file=sys.stderr)
    lines = [f'{n}) exec nsenter -t {h.holder} -n -m -u "$@" ;;' for n, h in lab.hosts.items()]
    lab.client.write('/root/host', '#!/bin/sh\nname=$1; shift\ncase $name in\n' + '\n'.join(lines) + '\nesac\n', 0o755)
    path = '/root:/usr/sbin:/usr/bin:/sbin:/bin'
    lab.client.popen('exec bash -i' if sys.stdin.isatty() else 'exec bash', stdout=sys.stderr, env={
        'PATH': path, 'PS1': f'{lab.name} {lab.target}$ ', 'TERM': os.environ.get('TERM', 'dumb'),
        'TARGET': lab.target, 'ADDRESS': lab.address, 'PORT': str(lab.port)}).wait()


def main_one(args):
    if os.getpid() != 1:
        sys.exit('run.py: --one is for the namespaces that run.py makes; outside it would mount over this machine')
    signal.alarm(0 if args.keep else PATIENCE)
    path = pathlib.Path(args.one)
    name = variants(path, args.server)[args.variant][0]
    try:
        record = one(path, args)
    except Skip as why:
        record = {'name': name, 'skipped': str(why)}
    except Exception:  # whatever it is, this file could not be judged
        record = {'name': name, 'broken': traceback.format_exc()}
    sys.stdout.write('\n@' + json.dumps(record) + '\n')
    sys.stdout.flush()
    os._exit(0)


# All files


def spawn(job, args):
    path, variant, name = job
    command = ['unshare', '--net', '--mount', '--pid', '--uts', '--ipc', '--fork', '--kill-child', '--mount-proc', sys.executable,
               str(here / 'run.py'), '--one', str(path), '--variant', str(variant), '--base', args.base, '--program', args.program, '--packages', args.packages,
               '--seed', args.seed, *[f'--{word}' for word in ('server', 'probe', 'run', 'fix', 'rehearse', 'apply', 'as-user', 'as-admin', 'keep', 'verbose')
                                        if getattr(args, word.replace('-', '_'))]]
    # The lab's own init is this session's leader's child: killing the group ends it and all that it holds.
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=None if args.keep or args.verbose else subprocess.PIPE,
                               text=True, start_new_session=not args.keep, errors='replace')
    try:
        out, err = process.communicate(timeout=None if args.keep else PATIENCE + 30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
    found = re.findall(r'^@(\{.*\})$', out, re.M)
    return json.loads(found[-1]) if found else {'name': name, 'broken': f'the lab ended: {out[-500:]}{(err or "")[-500:]}'}


def jobs(args):
    """[(file, number of its variant, name)]"""
    side = 'server' if args.server else 'client'

    def is_meant_for(path):
        if args.run:
            return run_side.is_asked(load(path), path)
        if args.fix:
            return path.parent.name == 'faults' and set(getattr(load(path), 'SIDES', ('client', 'server'))) & {'client', 'server'}
        return side in getattr(load(path), 'SIDES', ('client', 'server'))
    paths = [path for path in sorted(here.glob('faults/*.py')) + sorted(here.glob('healthy/*.py')) if is_meant_for(path)]
    every = [(path, number, name) for path in paths for number, (name, _) in enumerate(variants(path, args.server))]
    if args.names:
        def is_meant(job, name):
            return name in (job[2], job[0].stem, job[0].stem.partition('--')[0]) or pathlib.Path(name).resolve() == job[0]
        missing = [n for n in args.names if not any(is_meant(job, n) for job in every)]
        if missing:
            sys.exit(f'run.py: no such fault: {", ".join(missing)}')
        return [job for job in every if any(is_meant(job, n) for n in args.names)]
    if args.part:
        number, _, parts = args.part.partition('/')
        number = int(time.time() // 86400) if number == 'day' else int(number)
        return every[number % int(parts)::int(parts)]
    return every


def line_of(record):
    name = record['name']
    if 'skipped' in record:
        return f'skipped  {name}: {record["skipped"]}'
    if 'broken' in record:
        return f'BROKEN   {name}: {record["broken"]}'
    if 'fix' in record:
        return fix_side.line_of(record)
    if 'snapshot' in record:
        return server_side.line_of(record)
    verdict, ms = record['verdicts'][-1] if record['verdicts'] else ({}, 0)
    said = f'{verdict.get("cause") or "-"}  {verdict.get("symptom")}  {verdict.get("certainty")}  ' \
           f'{len(causes_of(verdict))}  {ms} ms' if verdict else ''
    lines = [f'{"WRONG    " if record["wrong"] else "right    "}{name}  {said}', *['         ' + w for w in record['wrong']]]
    return '\n'.join(lines)


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def totals(records, server):
    judged = [r for r in records if 'verdicts' in r]
    wrong = [r for r in judged if r['wrong']]
    if server:
        server_side.totals(judged)
        return passed(records, judged, wrong)
    faults = [r for r in judged if 'set' in r]
    sizes, times = [len(r['set']) for r in faults], [r['ms'] for r in faults]
    print(f'{len(judged)} files, {len(wrong)} wrong, {sum(r.get("proven wrong", False) for r in judged)} wrong at proven, '
          f'{sum(r.get("false alarm", False) for r in judged)} faults on healthy set-ups')
    if faults:
        print(f'set size: median {statistics.median(sizes):.0f}, p90 {percentile(sizes, 0.9)}; '
              f'time to verdict: median {statistics.median(times):.0f} ms, p90 {percentile(times, 0.9):.0f} ms')
    return passed(records, judged, wrong)


def passed(records, judged, wrong):
    broken = sum('broken' in r for r in records)
    skipped = sum('skipped' in r for r in records)
    print(f'{len(judged) - len(wrong)} passed, {len(wrong) + broken} failed' + (f', {skipped} skipped' if skipped else ''))
    return 1 if wrong or broken else 0


def again(job, record, args):
    """On a machine that does much else a lab may be late: what was wrong is asked once more, alone. A false proof is not."""
    if record.get('proven wrong') or record.get('false alarm') or not ('broken' in record or record.get('wrong')):
        return record
    record = spawn(job, args)
    print(f'again:   {line_of(record)}', flush=True)
    return record


def main():
    args = arguments()
    args.program = str(pathlib.Path(args.program).resolve())
    if not os.access(args.program, os.X_OK):
        sys.exit(f'run.py: no program at {args.program}')
    if args.one:
        main_one(args)
    why = spaces.permitted()
    if why:
        print(f'skipped: {why}')
        return 77
    if args.keep:
        args.jobs = 1
    chosen = jobs(args)
    records = []
    with tempfile.TemporaryDirectory(prefix='kiriwake-lab-') as args.base, \
            concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for record in pool.map(lambda job: spawn(job, args), chosen[:1] if args.keep else chosen):
            records.append(record)
            print(line_of(record), flush=True)
        if args.apply:
            apply_side.totals(records)
        if args.fix:
            return fix_side.totals(records)
        if args.again:
            records = [again(job, record, args) for job, record in zip(chosen, records)]
    return totals(records, args.server)


if __name__ == '__main__':
    sys.exit(main())

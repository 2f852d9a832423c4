"""`run.py --fix --apply': the product carries its plan out itself, on the host that is at fault.

`kiriwake fix apply' must end with 0, or with 3 where it could not try; the client's attempt must work; every second change is
confirmed; and `kiriwake fix undo' must leave rules, settings, routes and the whole of /etc as they were, and no process, no
temporary file and no boot hook. fix_side.py's head tells the rest. In EXPECT_FIX, 'applied': 'undone' or 'refused' says that no more can
come of it, and 'why'.
"""
import hashlib
import json
import os
import pathlib
import random
import signal
import stat
import subprocess
import threading
import time

import fix_side
import server_side
from lab import wait_until

LIMIT = 45.0  # seconds that it may take: it rehearses, restarts, and tries again
SETTLES = 15.0  # and confirm or undo
FOLDERS = ('etc', 'run', 'tmp', 'var', 'root', 'opt')
TIMER = 'run/systemd/system/kiriwake-undo-'  # of this boot: they take themselves away at their time
OURS = ('var/lib/kiriwake', 'run/kiriwake')  # the ledger, and the folder of what a trace puts back: this one must be empty
ASKED = '/run/lab-restart'  # a restart is asked for by making it
MANAGER = f'''#!/bin/sh
# The lab has no manager of services: it starts them itself.
case " $* " in *" restart "*|*" reload "*|*" reload-or-restart "*|*" try-restart "*) ;; *) exit 0 ;; esac
: > {ASKED}
while [ -e {ASKED} ]; do sleep 0.05; done
'''


def entry(path):
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode):
        return os.readlink(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest() if stat.S_ISREG(found.st_mode) else ''
    return f'{found.st_mode:o} {found.st_uid}:{found.st_gid} {digest}'


def tree(host):
    """{path: what it is}; of what daemons write only that it is there."""
    found = {}
    for top in FOLDERS:
        for folder, folders, files in os.walk(host.root / top):
            here = pathlib.Path(folder).relative_to(host.root)
            folders[:] = [f for f in folders if str(here / f) not in (OURS[0], 'var/log') and f'/{here / f}' not in host.lab.stage.visible]
            for name in [*folders, *files]:
                path = str(here / name)
                if path in OURS or path.startswith(TIMER):
                    continue
                found[path] = entry(host.root / path) if top == 'etc' else ''
    return found


def processes(host):
    """Ours that still stand on a host: all share the numbers."""
    found = []
    for path in pathlib.Path('/proc').glob('[0-9]*/stat'):
        try:
            name, _, rest = path.read_text().partition('(')[2].rpartition(')')
            if not os.path.samestat((path.parent / 'ns/net').stat(), (host.proc / 'ns/net').stat()):
                continue
        except OSError:
            continue
        if name.startswith('kiriwake-') and rest.split()[0] != 'Z':  # nobody waits for those here
            found.append(name)
    return found


class Moment:
    """A host before and after: what fix_side's State has, and the files by name and content."""

    def __init__(self, host):
        self.state, self.tree = fix_side.State(host, []), tree(host)

    def differs(self, other):
        return self.state.differs(other.state) + [
            '/' + path for path in sorted(self.tree.keys() | other.tree.keys()) if self.tree.get(path) != other.tree.get(path)]


def put_manager(host):
    if host.path('/run/systemctl').exists():
        return
    host.write('/root/manager', MANAGER, 0o755)
    host.run('for name in /usr/bin/systemctl /usr/sbin/service /etc/init.d/*; do '
             'if [ -f "$name" ]; then mount --bind /root/manager "$name"; fi; done')


class Manager:
    """Stands in for systemctl and service while something is applied or taken back there."""

    def __init__(self, lab, host):
        self.lab, self.host, self.on, self.problem = lab, host, True, None
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.on = False
        self.thread.join()

    def run(self):
        asked = self.host.path(ASKED)
        while self.on:
            if asked.exists():
                try:
                    fix_side.restart(self.lab)
                except Exception as error:  # whatever it is, the judge tells it
                    self.problem = str(error)
                asked.unlink()
            time.sleep(0.02)


class ApplySide(fix_side.Side):
    def __init__(self, *words):
        super().__init__(*words)
        self.is_confirmed = random.Random(f'{self.args.seed} {self.record["name"]} confirmed').random() < 0.5
        self.before = {}
        self.more = []

    def command(self, host, part, words):
        before = self.lab.wrap if host is self.lab.client else self.lab.launcher
        return [*before, self.args.program, 'fix', part, *words]

    def start(self, host, words):
        """fix_side.ask()'s answer, for apply."""
        process = host.popen(self.command(host, 'apply', [*words, '--yes', '--restart', '--confirm-within', '120', '--json', *self.more]),
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors='replace')
        listener = server_side.Listener(process.stderr)
        process.stderr = None
        return process, listener, LIMIT

    def ask_once(self, host, words):
        with Manager(self.lab, host) as manager:
            said, problem = fix_side.answer(*self.start(host, words))
        return said, problem or manager.problem

    def ask_waiting(self, host, words):
        for one in (self.lab.client, host):  # what an asking before this one taught them
            one.run('ip neigh flush all', check=False)
        with Manager(self.lab, host) as manager:
            process, listener, patience = self.start(host, [*words, '--wait'])
            end = time.monotonic() + server_side.ARMED
            while not listener.waits.is_set() and process.poll() is None and time.monotonic() < end:
                listener.waits.wait(0.02)
            trying = self.lab.client.popen([*self.lab.wrap, *(self.lab.real_client or [self.args.program, 'check', *self.client, '--json'])],
                                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            said, problem = fix_side.answer(process, listener, patience)
            if trying.poll() is None:
                os.killpg(trying.pid, signal.SIGKILL)
            trying.wait()
        return said, problem or manager.problem

    def ask(self, host, words):
        if host not in self.before:
            put_manager(host)
            self.before[host] = Moment(host)
        ask, self.more = self.ask_once, []
        said, problem = ask(host, words)
        is_server = host is not self.lab.client
        if not problem and is_server and not said['candidates'] and not said['elsewhere'] and (
                said['verdict']['status'] in ('healthy', 'unknown') or self.expect.get('wait')):
            self.record['waited'] = True
            ask = self.ask_waiting
            said, problem = ask(host, words)
        applied = said.get('applied') if said else None
        rehearsal = applied and said['candidates'][said['chosen'] - 1]['rehearsal']
        if not problem and applied and applied['outcome'] == 'refused' and not (rehearsal and rehearsal['proven']):
            self.record['unrehearsed'] = applied['why']
            self.more = ['--unrehearsed']
            said, problem = ask(host, words)
        if self.args.verbose and said:
            print(json.dumps(said, indent=1, ensure_ascii=False), file=fix_side.sys.stderr)
        return said, problem

    def carry_out(self, host, said, healthy):
        applied, first = said.get('applied') or {}, said['candidates'][0]
        outcome = applied.get('outcome')
        is_left = any(not f['mended'] for f in said['faults'])
        is_meant = self.expect.get('applied') == outcome or ('leaves' in self.expect and not first['effect']['lets_through'])
        if outcome not in ('undone', 'refused') or not (is_left or is_meant):
            return super().carry_out(host, said, healthy)
        self.record |= {'id': first['id'], 'summary': first['summary'], 'why': self.expect.get('why'), 'remarks': said['remarks'],
                        'outcomes': [outcome]}
        return self.end('no plan' if is_left else 'told', self.left_of(host))

    def do(self, host, said, done):
        applied = said.get('applied') or {}
        outcome = applied.get('outcome')
        self.record.setdefault('outcomes', []).append(outcome)
        meant = {'applied': 0, 'untried': 3}
        if outcome in meant:
            done.append((host, said['candidates'][0]['changes'], applied['id']))
        if outcome not in meant or said['exit'] != meant[outcome]:
            return [f'{outcome}, exit status {said["exit"]}: {applied.get("why")}', *self.left_of(host)]
        # A client that came while it was made may be through already, and hold its port.
        self.lab.client.run('ss -K state time-wait', check=False)
        return []

    def settle(self, host, part, words):
        with Manager(self.lab, host) as manager:
            process = host.popen(self.command(host, part, words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True, errors='replace')
            out, problem = server_side.finish(process, SETTLES)
        problem = problem or manager.problem or (process.returncode and f'exit status {process.returncode}: {out[-300:]}')
        if self.args.verbose:
            print(f'{part}: {out}', file=fix_side.sys.stderr)
        return [f'fix {part}: {problem}'] if problem else []

    def take_back(self, host, changes, number):
        wrong = []
        if self.is_confirmed:
            self.record['confirmed'] = True
            wrong += self.settle(host, 'confirm', ['--same-session'])
        wrong += self.settle(host, 'undo', [number] if number and self.is_confirmed else [])
        for change in changes:
            if change['kind'] == 'file':
                here = host.path(change['path'])
                text = here.read_text() if here.exists() else None
                if text != change['before']:
                    wrong.append(f'taken back, {change["path"]} is not as it was')
        return wrong + self.left_of(host)

    def left_of(self, host):
        """What is not as it was before."""
        wrong = []
        try:
            wait_until('its processes end', lambda: not processes(host), 3)
        except TimeoutError:
            wrong.append(f'still there: {processes(host)}')
        after = Moment(host)
        left = self.before[host].differs(after)
        if self.args.verbose:
            for name in left:
                for one in (self.before[host], after):
                    print(name, ({**one.state.rules, **one.state.rest}).get(name), file=fix_side.sys.stderr)
        return wrong + [f'afterwards, {name} is not as it was' for name in left]


def judge(lab, module, cause, args, record, root):
    fix_side.judge(lab, module, cause, args, record, root, ApplySide)


def totals(records):
    judged = [r for r in records if 'fix' in r]
    outcomes = [o for r in judged if r['fix'] == 'right' for o in r.get('outcomes', [])]
    print(f'carried out by `fix apply\': {outcomes.count("applied")} tried again by itself, {outcomes.count("untried")} not; '
          f'{sum("unrehearsed" in r for r in judged)} not rehearsed; {sum("confirmed" in r for r in judged)} confirmed before they were '
          f'taken back')

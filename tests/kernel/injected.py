#!/usr/bin/python3
"""A change ends as it was before or confirmed, whatever happens to whoever makes it, and never between.

usage: injected.py INJECT KIRIWAKE [--times N] [--seed N] [--only WORD] [--jobs N]

INJECT (inject) changes rules of two tables, a file and a setting, and what boots; at a random moment of its beginning,
of the wait, of the confirmation, of the undo or of the deadline something goes wrong. Then all that can be looked at
must be as it was, or as confirmed, and as the ledger says; nobody is left, and no file. In namespaces of their own. 77
where there are none.
"""
import argparse
import collections
import ctypes
import fcntl
import json
import os
import pathlib
import pty
import random
import re
import shutil
import signal
import subprocess
import sys
import time

LIBC = ctypes.CDLL(None, use_errno=True)
NEWNET, RDONLY, REMOUNT = 0x40000000, 1, 32
SRV, ETC, LEDGER = pathlib.Path('/srv'), pathlib.Path('/srv/etc'), pathlib.Path('/var/lib/kiriwake/changes')
CRON = pathlib.Path('/etc/cron.d')
BOOT_ID, TTL = '/proc/sys/kernel/random/boot_id', pathlib.Path('/proc/sys/net/ipv4/ip_default_ttl')
ALLOW, BOOT = '# who may come\nsshd: ALL\n', 'old\n'
NEW_FILES = {'hosts.allow': ALLOW + 'telnetd: 10.1.0.7\n', 'boot': BOOT + 'new\n', 'new.conf': 'a = 1\n'}
ENGINES, EDITS = ('legacy', 'iptables-nft', 'nft'), ('insert', 'delete', 'move', 'replace')
SETTLED = ('prepared', 'undone', 'confirmed')
STATES = SETTLED + ('armed', 'applying', 'applied', 'confirming', 'undoing', 'stuck')
PATIENCE = 20
PHASES = ('apply', 'wait', 'confirm', 'undo', 'deadline', 'undo-confirmed')
# Who is hit by these can still confirm.
MILD = ('sentry', 'sentries', 'signal', 'hang-up', 'command', 'applier', 'lock', 'file-editor', 'rules-editor',
        'full-ledger')
FAULTS = ('die', 'die', 'die', 'applier', 'command', 'all', 'sentry', 'sentries', 'signal', 'hang-up', 'full-ledger',
          'full-etc', 'read-only-etc', 'read-only-ledger', 'lock', 'file-editor', 'rules-editor', 'reboot', 'die-reboot')


def sh(*command, text=None):
    return subprocess.run(command, input=text, text=True, check=True, stdout=subprocess.PIPE).stdout


def edited(rules, edit, new):
    one, two, three, *rest = rules
    return {'insert': [one, new['insert'], two, three], 'delete': [one, three], 'move': [one, three, two],
            'replace': [one, new['replace'], three]}[edit] + rest


class Rules:
    """One engine's: as they were, and as the edit leaves them."""

    def __init__(self, engine, edit):
        self.engine = engine
        self.tools = [f'{t}-{engine.split("-")[-1]}' for t in ('iptables', 'ip6tables')] if engine != 'nft' else []
        self.texts = {False: [], True: []}
        for is_new in (False, True):
            for second in (False, True):
                self.texts[is_new].append(self.text(second, edit if is_new else None))

    def text(self, second, edit):
        if self.tools:
            rules = ['-p tcp -m tcp --dport 22 -j ACCEPT', '-p udp -m udp --dport 123 -j ACCEPT',
                     '-p tcp -m tcp --dport 80 -j ACCEPT', '-j DROP']
            new = {'insert': f'-s {"fd00::7/128" if second else "10.1.0.7/32"} -p tcp -m tcp --dport 5555 -j ACCEPT',
                   'replace': f'-s {"fd00::7/128 -p tcp -m tcp --dport 5555" if second else "10.1.0.7/32 -p udp -m udp --dport 53"}'
                              ' -j ACCEPT'}
            lines = edited(rules, edit, new) if edit else rules
            return '*filter\n:INPUT ACCEPT [0:0]\n' + ''.join(f'-A INPUT {r}\n' for r in lines) + 'COMMIT\n'
        rules = ['tcp dport 22 accept', 'udp dport 123 counter accept', 'tcp dport 80 accept', 'drop']
        new = {'insert': 'ip saddr 10.1.0.7 tcp dport 5555 accept', 'replace': 'ip saddr 10.1.0.7 udp dport 53 accept'}
        lines = '\n'.join(edited(rules, edit, new) if edit else rules)
        return (f'table inet {"g" if second else "f"} {{\nchain i {{\ntype filter hook input priority 0; policy accept;\n'
                f'{lines}\n}}\n}}\n')

    def load(self, is_new):
        if not self.tools:
            sh('nft', '-f', '-', text='flush ruleset\n' + ''.join(self.texts[is_new]))
        for tool, text in zip(self.tools, self.texts[is_new]):
            sh(f'{tool}-restore', text=text)

    def dump(self):
        text = ''.join(sh(f'{tool}-save') for tool in self.tools) if self.tools else sh('nft', 'list', 'ruleset')
        return re.sub(r'^#.*\n|\[\d+:\d+\]|packets \d+ bytes \d+', '', text, flags=re.M)

    def other(self, at_top):
        """Somebody else's rule."""
        if self.tools:
            sh(self.tools[0], '-w', '20', '-I' if at_top else '-A', 'INPUT', '-p', 'udp', '--dport', '99', '-j', 'ACCEPT')
        else:
            sh('nft', 'insert' if at_top else 'add', 'rule', 'inet', 'f', 'i', 'udp', 'dport', '99', 'accept')

    @staticmethod
    def without_other(dump):
        rest = re.sub(r'^.*dport 99 .*\n', '', dump, flags=re.M)
        return rest, rest != dump


def processes():
    """All but us, who are the first of this namespace; the dead are buried."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
    found = {}
    for folder in pathlib.Path('/proc').glob('[0-9]*'):
        try:
            if int(folder.name) != 1 and (folder / 'stat').read_text().rsplit(')', 1)[1].split()[0] != 'Z':
                found[int(folder.name)] = (folder / 'comm').read_text().strip()
        except OSError:
            pass
    return found


def kill(pids, number=signal.SIGKILL):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def named(name):
    return [pid for pid, comm in processes().items() if comm == name]


def kill_all():
    while processes():
        kill(processes())
        time.sleep(0.002)


def remount(folder, flags):
    if LIBC.mount(b'none', str(folder).encode(), None, REMOUNT | flags, None):
        return False
    return True


def ledger_states():
    """Each change's last state."""
    states = {}
    for log in sorted(LEDGER.glob('*/log')):
        words = re.findall(r'^\d+ (\S+) -1 .*;$', log.read_text(errors='replace'), re.M)
        states[log.parent.name] = ([w for w in words if w in STATES] or ['none'])[-1]
    return states


class Once:
    def __init__(self, args, draw, engine, number):
        self.args, self.draw, self.number = args, draw, number
        self.edit = draw.choice(EDITS)
        self.fault, self.phase = draw.choice(FAULTS), draw.choice(PHASES)
        if args.only:
            self.fault = args.only
        if self.fault == 'hang-up' and self.phase in ('confirm', 'undo', 'undo-confirmed'):
            self.phase = 'apply'
        self.within = draw.choice((1, 1, 2)) if self.phase in ('wait', 'deadline', 'apply') else 3
        self.is_forever = draw.random() < 0.5
        self.die_at = draw.randint(1, {'apply': 110, 'confirm': 50, 'undo': 90, 'undo-confirmed': 110}.get(self.phase, 110))
        self.rules = Rules(engine, self.edit)
        self.confirmed, self.boots, self.is_edited, self.lock = None, 0, None, None
        self.stdin = self.terminal = None

    def __str__(self):
        die = f' at {self.die_at}' if self.fault.startswith('die') else ''
        return f'{self.number}: {self.rules.engine} {self.edit}, {self.fault}{die} in {self.phase}, within {self.within} s'

    def set_up(self):
        LIBC.umount2(BOOT_ID.encode(), 2)
        if LIBC.unshare(NEWNET):
            raise OSError(ctypes.get_errno(), 'unshare')
        shutil.rmtree(LEDGER, ignore_errors=True)
        for path in [*ETC.iterdir(), *CRON.iterdir()]:
            path.unlink()
        (ETC / 'hosts.allow').write_text(ALLOW)
        (ETC / 'boot').write_text(BOOT)
        self.rules.load(True)
        self.new = self.rules.dump()
        # So that handles are the first ones.
        if LIBC.unshare(NEWNET):
            raise OSError(ctypes.get_errno(), 'unshare')
        self.rules.load(False)
        self.old = self.rules.dump()

    def run(self, *words, die=False):
        environment = dict(os.environ, INJECT_DIE=str(self.die_at)) if die else None
        return subprocess.Popen([self.args.inject, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, text=True, env=environment)

    def start(self):
        """`fix apply', on a terminal of its own."""
        self.terminal, theirs = pty.openpty()
        out, out_theirs = os.pipe()
        is_dying = self.fault.startswith('die') and self.phase in ('apply', 'wait', 'deadline')
        environment = dict(os.environ, INJECT_DIE=str(self.die_at)) if is_dying else None

        def in_session():
            os.setsid()
            fcntl.ioctl(theirs, 0x540e, 0)    # TIOCSCTTY

        self.apply = subprocess.Popen([self.args.inject, 'apply', self.rules.engine, self.edit, str(self.within)],
                                      stdin=theirs, stdout=out_theirs, stderr=subprocess.DEVNULL,
                                      preexec_fn=in_session, env=environment)    # pylint: disable=W1509
        os.close(theirs)
        os.close(out_theirs)
        self.out = os.fdopen(out)

    def inject(self):
        """What goes wrong at once; its name with underscores is what does it."""
        getattr(self, 'lock_' if self.fault == 'lock' else self.fault.replace('-', '_'))()

    def die(self):
        pass

    def applier(self):
        kill(named('kiriwake-apply') + [p for p, n in processes().items() if n == 'inject' and p != self.apply.pid])

    def command(self):
        kill([self.apply.pid])

    def all(self):
        kill_all()

    def sentry(self):
        kill(self.draw.sample(named('kiriwake-sentry'), 1) if named('kiriwake-sentry') else [])

    def sentries(self):
        for _ in range(5):
            kill(named('kiriwake-sentry'))

    def signal(self):
        number = self.draw.choice((signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGPIPE))
        kill([p for p in processes() if p != 1], number)

    def hang_up(self):
        if self.terminal is not None:
            os.close(self.terminal)
        self.terminal = None

    @staticmethod
    def fill(folder):
        try:
            with open(folder / 'filler', 'wb', buffering=0) as file:
                while True:
                    file.write(bytes(4096))
        except OSError:
            pass

    def full_ledger(self):
        self.fill(pathlib.Path('/var/lib'))

    def full_etc(self):
        self.fill(ETC)

    def read_only_etc(self):
        self.is_forever = False
        end = time.monotonic() + 0.5
        while not remount(ETC, RDONLY) and time.monotonic() < end:
            time.sleep(0.002)

    def read_only_ledger(self):
        self.is_forever = False
        remount('/var/lib', RDONLY)

    def lock_(self):
        self.is_forever = False
        self.lock = open('/run/xtables.lock', 'w', encoding='ascii')
        fcntl.flock(self.lock, fcntl.LOCK_EX)

    def file_editor(self):
        self.is_edited = 'file'
        now = (ETC / 'hosts.allow').read_text()
        if self.draw.random() < 0.5:
            (ETC / 'hosts.allow~').write_text('# edited\n' + now)
            os.rename(ETC / 'hosts.allow~', ETC / 'hosts.allow')
        else:
            (ETC / 'hosts.allow').write_text('# edited\n' + now)

    def rules_editor(self):
        self.is_edited = 'rules'
        self.rules.other(self.draw.random() < 0.5)

    def reboot(self):
        kill_all()
        for folder in (ETC, '/var/lib'):
            remount(folder, 0)
        self.boots += 1
        with open('/run/boot_id', 'w', encoding='ascii') as file:
            file.write(f'{self.boots:08x}-0000-4000-8000-000000000000\n')
        if LIBC.mount(b'/run/boot_id', BOOT_ID.encode(), None, 4096, None):
            raise OSError(ctypes.get_errno(), 'mount')
        if LIBC.unshare(NEWNET):
            raise OSError(ctypes.get_errno(), 'unshare')
        # By a unit of systemd it is run before the rules are loaded, by cron's @reboot behind that.
        if self.draw.random() < 0.5:
            self.recover()
        is_new = (ETC / 'boot').read_text() == NEW_FILES['boot']
        self.rules.load(is_new)
        TTL.write_text('65' if is_new else '64', encoding='ascii')
        self.recover()

    def die_reboot(self):
        """Dies between two steps, and the host with it."""
        time.sleep(self.draw.uniform(0, 0.4))
        self.reboot()

    def lift(self):
        for folder in (pathlib.Path('/var/lib'), ETC):
            remount(folder, 0)
            (folder / 'filler').unlink(missing_ok=True)
        if self.lock:
            self.lock.close()
        self.lock = None

    def recover(self):
        subprocess.run([self.args.kiriwake, 'fix', 'undo', '--pending'], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False, timeout=60)

    def go(self):
        usual = self.args.usual
        self.start()
        began, actor, line = time.monotonic(), None, ''
        if self.phase == 'apply':
            time.sleep(self.draw.uniform(0, usual.get('apply', 0.4) * 1.1))
        else:
            line = self.out.readline()
            if ' applied 0' in line:
                took = time.monotonic() - began
                usual['apply'] = 0.7 * usual.get('apply', took) + 0.3 * took
                identity = line.split()[0]
                if self.phase == 'undo-confirmed':
                    subprocess.run([self.args.inject, 'confirm', identity], stdout=subprocess.DEVNULL, check=True)
                    if self.draw.random() < 0.3:
                        self.reboot()
                if self.phase in ('confirm', 'undo', 'undo-confirmed'):
                    actor = self.run(self.phase[:4] if self.phase != 'confirm' else 'confirm', identity, die=self.fault.startswith('die'))
                    time.sleep(self.draw.uniform(0, usual.get(self.phase, 0.15) * 1.2))
                elif self.phase == 'wait':
                    time.sleep(self.draw.uniform(0, self.within))
                else:
                    time.sleep(max(0, self.within - took * 0.5 + self.draw.uniform(-0.1, 0.4)))
        acted = time.monotonic()
        self.inject()
        if self.phase == 'wait' and self.fault in MILD and ' applied 0' in line and self.draw.random() < 0.5:
            actor = self.run('confirm', line.split()[0])
        if actor:
            if not self.is_forever:
                time.sleep(self.draw.uniform(0, 1))
                self.lift()
            text = actor.communicate(timeout=60)[0]
            if self.fault in ('die', 'file-editor'):
                usual[self.phase] = 0.7 * usual.get(self.phase, 0.15) + 0.3 * (time.monotonic() - acted)
            if actor.returncode == 0 and 'confirm 0' in text:
                self.confirmed = True

    def settle(self):
        end = time.monotonic() + PATIENCE
        lift_at = time.monotonic() + (PATIENCE if self.is_forever else self.draw.uniform(0.1, 1.5))
        next_run = time.monotonic() + self.within + 2.3
        while time.monotonic() < end:
            if time.monotonic() >= lift_at:
                self.lift()
            states = ledger_states()
            if not self.is_applying() and all(s in SETTLED or s == 'none' for s in states.values()):
                return
            if time.monotonic() >= next_run:
                self.recover()
                next_run = time.monotonic() + 2
            time.sleep(0.05)

    def is_applying(self):
        """Nobody has got to his answer yet."""
        processes()
        return (bool(named('kiriwake-apply')) and self.apply.poll() is None and not self.is_answered())

    def is_answered(self):
        if not hasattr(self, 'answer'):
            os.set_blocking(self.out.fileno(), False)
            self.answer = ''
        try:
            self.answer += self.out.read() or ''
        except (OSError, TypeError, ValueError):
            pass
        return self.phase != 'apply' or 'applied' in self.answer or 'not made' in self.answer

    def alone(self):
        """Waits until nobody is there."""
        if self.terminal is not None:
            os.close(self.terminal)
            self.terminal = None
        if self.apply.poll() is None:
            kill([self.apply.pid])
        end = time.monotonic() + 5
        left = processes()
        while left and time.monotonic() < end:
            time.sleep(0.02)
            left = processes()
        self.out.close()
        return left

    def judge(self, left):
        states = ledger_states()
        told = 'confirmed' if 'confirmed' in states.values() else 'old'
        dump, has_other = self.rules.dump(), False
        if self.is_edited == 'rules':
            dump, has_other = self.rules.without_other(dump)
        files = {p.name: p.read_text() for p in ETC.iterdir()}
        edits = files.get('hosts.allow', '').startswith('# edited\n')
        if self.is_edited == 'file' and edits:
            files['hosts.allow'] = files['hosts.allow'][9:]
        setting = TTL.read_text(encoding='ascii').strip()
        want = (self.new, NEW_FILES, '65') if told == 'confirmed' else (self.old, {'hosts.allow': ALLOW, 'boot': BOOT}, '64')
        wrong = [p.read_text(errors='replace') for p in SRV.glob('sanitizer*')]
        for path in SRV.glob('sanitizer*'):
            path.unlink()
        if list(CRON.iterdir()):
            wrong.append('the next boot is told of it')
        if left:
            wrong.append(f'left behind: {left}')
        wrong += [f'{i} is {s}' for i, s in states.items() if s not in SETTLED and s != 'none']
        if self.is_edited == 'rules' and not has_other:
            wrong.append("somebody else's rule is gone")
        if self.is_edited == 'file' and not edits:
            wrong.append("somebody else's line is gone")
        if dump != want[0]:
            wrong.append(f'told {told}, rules are {"new" if dump == self.new else "old" if dump == self.old else dump}')
        for name in sorted(files.keys() | want[1].keys()):
            if files.get(name) != want[1].get(name):
                wrong.append(f'told {told}, {name} is {files.get(name)!r}')
        if setting != want[2]:
            wrong.append(f'told {told}, the setting is {setting}')
        if self.confirmed and told != 'confirmed':
            wrong.append('the confirmation is lost')
        return told, wrong

    def log(self):
        return '\n'.join(re.sub(r'\n+', '\n', p.read_text(errors='replace')) for p in LEDGER.glob('*/log'))


def once(args, draw, engine, number):
    it = Once(args, draw, engine, number)
    it.set_up()
    began = time.monotonic()
    try:
        it.go()
        it.settle()
        took = time.monotonic() - began
        if not it.is_forever or it.fault == 'reboot':
            it.lift()
        left = it.alone()
        it.lift()
        late = [f'{i} was {s} for too long' for i, s in ledger_states().items() if s not in SETTLED and s != 'none']
        # Whoever died behind his last line leaves what is to be done at boot to the next run.
        it.recover()
        told, wrong = it.judge(left)
        wrong += late
    except (subprocess.SubprocessError, OSError) as error:
        told, wrong, took = 'broken', [f'{type(error).__name__}: {error}'], time.monotonic() - began
        it.lift()
    if wrong:
        print(f'{it}: ' + '; '.join(wrong) + '\n' + it.log(), flush=True)
    kill_all()
    return told, bool(wrong), took


def inside(args):
    for folder, size in (('/run', '1m'), ('/var/lib', '2m'), ('/srv', '1m'), (str(CRON), '64k')):
        sh('mount', '-t', 'tmpfs', '-o', f'size={size}', 'none', folder)
    ETC.mkdir()
    sh('mount', '-t', 'tmpfs', '-o', 'size=256k', 'none', str(ETC))
    for name in ('ASAN_OPTIONS', 'UBSAN_OPTIONS'):
        os.environ[name] = f'{os.environ.get(name, "")}:log_path={SRV}/sanitizer'
    args.usual = {}
    counted, failed, longest = collections.Counter(), 0, 0
    for number in range(args.first, args.times, args.jobs):
        draw = random.Random(f'{args.seed} {number}')
        told, is_wrong, took = once(args, draw, ENGINES[number % 3], number)
        counted[told] += 1
        failed += is_wrong
        longest = max(longest, took)
    print(json.dumps({'counted': counted, 'failed': failed, 'longest': longest}), flush=True)
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('inject')
    parser.add_argument('kiriwake')
    parser.add_argument('--times', type=int, default=50)
    parser.add_argument('--seed', type=int, default=int(time.time()))
    parser.add_argument('--only', choices=FAULTS)
    parser.add_argument('--jobs', type=int, default=6)
    parser.add_argument('--first', type=int)
    parser.add_argument('--number', type=int, help='this one alone')
    args = parser.parse_args()
    args.inject, args.kiriwake = os.path.abspath(args.inject), os.path.abspath(args.kiriwake)
    if args.first is not None:
        return inside(args)
    tools = all(map(shutil.which, ('iptables-legacy-restore', 'iptables-nft-restore', 'nft', 'sysctl')))
    space = ['unshare', '-n', '-m', '-p', '-f', '--mount-proc']
    if os.geteuid() != 0 or not tools or subprocess.run([*space, 'true'], check=False).returncode:
        print('no namespaces or no tools here')
        return 77
    print(f'seed {args.seed}', flush=True)
    began = time.monotonic()
    firsts = range(args.jobs) if args.number is None else [args.number]
    if args.number is not None:
        args.times = args.number + 1
    words = [__file__, args.inject, args.kiriwake, '--times', str(args.times), '--seed', str(args.seed), '--jobs',
             str(args.jobs), *(['--only', args.only] if args.only else [])]
    workers = [subprocess.Popen([*space, sys.executable, *words, '--first', str(n)], stdout=subprocess.PIPE, text=True)
               for n in firsts]
    counted, failed, longest, done = collections.Counter(), 0, 0, 0
    for worker in workers:
        lines = worker.communicate()[0].splitlines()
        last = json.loads(lines.pop()) if lines and lines[-1].startswith('{') else None
        print('\n'.join(lines))
        done += bool(last)
        if last:
            counted.update(last['counted'])
            failed += last['failed']
            longest = max(longest, last['longest'])
    print(', '.join(f'{n} {what}' for what, n in sorted(counted.items())) +
          f': {failed} between; the longest took {longest:.1f} s, all {time.monotonic() - began:.0f} s')
    return 1 if failed or done != len(workers) else 0


if __name__ == '__main__':
    sys.exit(main())

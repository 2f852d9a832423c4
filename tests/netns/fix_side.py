"""The lab's third question: does the plan of `kiriwake fix plan' mend it?

judge() makes the fault, asks for a plan where the fault sits (on the server with --from CLIENT; on the client where it is its own),
carries the first candidate out there as a user would who copies it, and then the client's attempt must work, the rules must
differ by what was asked for and nothing else, and what takes it back must leave rules, files, routes and settings as they were, to
the byte. A file may say

    EXPECT_FIX = {...}                    # over EXPECT_SERVER's
        'skip': 'why'                     # it is not asked
        'plan': 'elsewhere'               # it must end so; 'no plan': it cannot know, 'told': by hand, and it says how
        'why': 'why no more can be had'   # with 'plan' or 'leaves'
        'leaves': 'no-listener'           # the plan says that it may not be enough, and this cause is left
        'id': 'rule-move'                 # the first candidate's, of those joined the first
        'wait': True                      # what is foretold is not enough: it waits for an attempt

Five ends: `right', `elsewhere' (no candidate, and somebody to ask), `told' (no candidate either: the plan says what is to be done by
hand, and BY_HAND why no command of ours can), `no plan', and `WRONG'.
"""
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import server_side
from lab import Skip, wait_until
from systemd import state as unit_state

AT_CLIENT = ('client', 'client-link')
LIMIT = 12.0  # seconds that a plan may take here
ATTEMPT = 12.0  # and an attempt


# Why there is no more than words, by cause.
LAB = 'the lab runs it as a program that no unit, file or command line knows'
MENDED = LAB + '; with a real one behind it, it is mended (--sshd)'
KEY = 'both ends have to be given the same thing, which is on neither'
PROGRAM = "it is the program's own code or fault: nothing of the host decides it"
BY_HAND = {
    **dict.fromkeys(('listener-loopback-only', 'listener-wrong-address', 'listener-v6only', 'ipv6-no-listener'), MENDED),
    **dict.fromkeys(('no-listener', 'udp-no-listener', 'service-accept-emfile', 'accept-queue-full', 'udp-rcvbuf-full',
                     'peer-not-reading', 'socket-filter-drop', 'listener-bound-to-device', 'service-failed-to-start', 'max-clients',
                     'min-ttl', 'defer-accept-silent', 'udp-reply-wrong-source'), LAB),
    **dict.fromkeys(('service-closes-at-once', 'service-resets-at-once', 'service-crashes'), PROGRAM),
    **dict.fromkeys(('tcp-md5-required', 'xfrm-no-state', 'tls-no-shared-cipher', 'tls-version-mismatch', 'protocol-mismatch',
                     'listener-udp-only', 'tls-client-cert-required'), KEY),
    **dict.fromkeys(('tls-cert-expired', 'tls-name-mismatch', 'tls-untrusted-ca', 'tls-sni-rejected'),
                    'a certificate is made by who signs it; which name is served is for who runs the site to say'),
    **dict.fromkeys(('selinux-bind-denied', 'selinux-connect-denied', 'security-hook-drop', 'client-landlock-deny'),
                    'the policy is somebody\'s decision, and its type for the port is not known'),
    **dict.fromkeys(('container-listener-loopback', 'listener-other-netns'), 'how it is published is said where the container is made'),
    'backend-down': 'the service behind is on another port or host: asked for that, it gets a plan',
    'bridge-port-blocking': 'the spanning tree sets the state, and would set it again',
    'client-bind-not-local': 'the program asks for an address that is not here: which one is meant is not known',
    'dns-server-unreachable': 'no other name server is known',
    'http-host-mismatch': 'which site is to have the name is not known',
    'ident-delay': 'whether the client is to refuse or the server is not to ask is theirs to say',
    'listener-wrong-port': 'which of the two ports is meant is not known',
    'qdisc-drop': 'its rate is meant: how much more there may be is not known',
    'reverse-dns-slow': 'what the client\'s name would be is not known',
    'timewait-paws': 'it is the kernel\'s version, or the clocks of others',
}


# What there is


def strip_counters(text):
    """Traffic moves them, and so does time."""
    text = re.sub(r'counter packets \d+ bytes \d+', 'counter', text)
    text = re.sub(r'\[\d+:\d+\]', '[]', text)
    text = re.sub(r'(expires|timeout) [\dhms]+(ms)?', r'\1', text)
    return '\n'.join(line for line in text.splitlines() if not line.startswith('#'))


RULES = {'legacy4': 'iptables-legacy-save', 'legacy6': 'ip6tables-legacy-save', 'nft4': 'iptables-nft-save',
         'nft6': 'ip6tables-nft-save', 'nft': 'nft list ruleset', 'sets': 'ipset save'}
STATE = {'routes': 'ip route show table all; ip -6 route show table all', 'policy': 'ip rule; ip -6 rule', 'addresses': 'ip -o addr',
         'links': 'ip -o link', 'qdiscs': 'tc qdisc', 'xfrm': 'ip xfrm policy', 'neighbours': 'ip neighbour show nud permanent',
         'sysctls': 'sysctl -a 2>/dev/null | grep "^net\\.\\(ipv[46]\\|core\\|netfilter\\)"'}
# They tell of traffic, or of time.
MOVES = re.compile(r'nf_conntrack_(count|buckets)|random|uuid|expires \d+sec|route_localnet_never|dentry|\bvalid_lft\S* \S+|preferred_lft \S+')


def dump(host, commands):
    return {name: host.run(f'{line} 2>/dev/null || true') for name, line in commands.items()}


def still(text):
    return '\n'.join(sorted(MOVES.sub('', line) for line in text.splitlines() if 'nf_conntrack_count' not in line and 'random' not in line))


class State:
    """A host at one moment: rules, settings, and the files of a plan."""

    def __init__(self, host, paths):
        self.rules = dump(host, RULES)
        self.rest = dump(host, STATE)
        self.files = {}
        for path in paths:
            here = host.path(path)
            self.files[path] = (here.read_bytes(), here.stat().st_mode & 0o7777) if here.exists() else None

    def differs(self, other):
        found = [name for name in RULES if strip_counters(self.rules[name]) != strip_counters(other.rules[name])]
        found += [name for name in STATE if still(self.rest[name]) != still(other.rest[name])]
        return found + [path for path in self.files if self.files[path] != other.files[path]]


# Asking


def ask(host, args, words, patience=LIMIT):
    """(what it said, problem)"""
    more = [] if args.rehearse else ['--no-rehearse']
    before = host.lab.wrap if host is host.lab.client else host.lab.launcher
    process = host.popen([*before, args.program, 'fix', 'plan', *words, *more, '--json'], stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors='replace')
    listener = server_side.Listener(process.stderr)
    process.stderr = None
    return process, listener, patience


def answer(process, listener, patience):
    out, problem = server_side.finish(process, patience)
    listener.join(1)
    if problem:
        return None, problem
    if process.returncode < 0:
        return None, f'crashed: {signal.Signals(-process.returncode).name}: {listener.text[-400:]}'
    try:
        said = json.loads(out)
        said['candidates'], said['verdict']['status']
    except (ValueError, KeyError, TypeError) as error:
        return None, f'no plan (exit status {process.returncode}): {error}: {out[-200:]} {listener.text[-300:]}'
    said['exit'] = process.returncode
    wrong = listener.text[:400] if 'Sanitizer' in listener.text or 'runtime error' in listener.text else None
    return said, wrong


def plan(host, args, words):
    return answer(*ask(host, args, words))


def plan_while_tried(lab, host, args, words, client):
    """It waits for the attempt that the client makes now."""
    process, listener, patience = ask(host, args, [*words, '--wait'])
    end = time.monotonic() + server_side.ARMED
    while not listener.waits.is_set() and process.poll() is None and time.monotonic() < end:
        listener.waits.wait(0.02)
    trying = lab.client.popen([*lab.wrap, *(lab.real_client or [args.program, 'check', *client, '--json'])],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    said = answer(process, listener, patience)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(trying.pid, signal.SIGKILL)
    trying.wait()
    return said


def attempt(lab, args, client):
    """The verdict of the client's attempt now. Neighbours that it asked for in vain a moment ago are asked for anew."""
    lab.client.run('ip neigh flush all', check=False)
    process = lab.client.popen([*lab.wrap, args.program, 'check', *client, '--json'], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, errors='replace')
    out, problem = server_side.finish(process, ATTEMPT)
    with contextlib.suppress(ValueError, KeyError):
        said = json.loads(out)
        if args.verbose and said['verdict']['status'] != 'healthy':
            print(json.dumps([said['steps'], said['verdict']['text'], said['verdict']['evidence']], indent=1, ensure_ascii=False), file=sys.stderr)
        return said['verdict']
    return {'status': 'unknown', 'cause': problem or 'no verdict'}


# Doing


def handles(echo):
    """Of the new rules, in order, as nft tells them."""
    return re.findall(r'^(?:add|insert) rule .*# handle (\d+)$', echo, re.M)


def numbered(undo, echo):
    """nft's undo names new rules {1}, {2}, ...: their handles are known once they are there."""
    found = handles(echo)
    return re.sub(r'\{(\d+)\}', lambda m: found[int(m[1]) - 1] if int(m[1]) <= len(found) else m[0], undo)


def restart(lab):
    """There is no manager of services in most labs; where lab.has_units, run() asks it."""
    service = lab.service
    if not service or not getattr(service, 'command', None):
        raise Skip('its service cannot be started again')
    ports = [port for port in (lab.port,) if service.host.listening(port)]
    service.stop()
    lab.service = service.host.start(service.command, user=service.user, env=service.env)
    if ports:
        wait_until('it listens again', lambda: service.host.listening(lab.port))
    else:
        time.sleep(0.3)


def run(lab, host, argv, is_restart):
    if getattr(lab, 'has_units', False) and argv[0] == 'systemctl':
        host.run(argv)
        if is_restart:
            wait_until('it runs again', lambda: unit_state(host, argv[-1]) == 'active')
            time.sleep(1.5)  # until it listens, wherever that is
    elif is_restart or argv[0] in ('systemctl', 'service') or argv[0].startswith('/etc/init.d/'):
        restart(lab)
    else:
        host.run(argv)


def write(host, path, text, mode):
    if text is None:
        host.path(path).unlink()
    else:
        host.write(path, text, mode)


def apply(lab, host, changes):
    for change in changes:
        if change['kind'] == 'rules':
            change['echo'] = host.run(change['argv'], input=change['script'])
        elif change['kind'] == 'file':
            here = host.path(change['path'])
            write(host, change['path'], change['after'], here.stat().st_mode & 0o7777 if here.exists() else change['mode'] or 0o644)
        else:
            run(lab, host, change['argv'], change['restart'])


def undo(lab, host, changes, before):
    for change in reversed(changes):
        if change['kind'] == 'rules':
            host.run(change['argv'], input=numbered(change['undo'], change.get('echo', '')))
        elif change['kind'] == 'file':
            was = before.files[change['path']]
            write(host, change['path'], change['before'], was[1] if was else 0o644)
        elif change['undo_argv']:
            run(lab, host, change['undo_argv'], change['restart'])


# Judging


def outside(args, host, before, after, said, is_client):
    """What the rules do otherwise that was not asked for."""
    names = {}
    for side, state in (('before', before), ('after', after)):
        for name, text in state.rules.items():
            if not text.strip():
                continue
            path = host.path(f'/tmp/{side}-{name}')
            path.write_text(text)
            names.setdefault(side, []).append(f'/tmp/{side}-{name}')
    if strip_counters(json.dumps(before.rules)) == strip_counters(json.dumps(after.rules)):
        return []
    if len(names) < 2:
        return ['one side has no rules at all']
    process = host.popen([args.program, 'firewall', 'diff', '--json', *names['before'], '--', *names['after']],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, err = process.communicate(timeout=LIMIT)
    with contextlib.suppress(ValueError):
        return [f'not asked for: {c["hook"]} {c["packets"]}: {c["before"]} -> {c["after"]}'
                for c in json.loads(out)['changes'] if not is_asked(c, said['ask'], is_client, translates(before))]
    return [f'no difference could be told: {err[-300:]}']


def translates(state):
    """Rules that send packets on to other ports."""
    return bool(re.search(r'\b(redirect|dnat|REDIRECT|DNAT)\b', ''.join(state.rules.values())))


def is_asked(change, ask, is_client, has_ports):
    """It is for the client's packets to the port (or to another, where it is translated), or the answers to them; on the client for
    one server's."""
    words = change['example']
    if has_ports and ask['client']:
        return f'src={ask["client"]}' in words or f'dst={ask["client"]}' in words
    if is_client and f'dst={ask["server"]}' not in words and f'src={ask["server"]}' not in words:
        return False
    there = f'src={ask["client"]}' in words and f'dport={ask["port"]}' in words
    back = f'dst={ask["client"]}' in words and f'sport={ask["port"]}' in words
    opens = change['before'] in ('drop', 'reject') or change['after'] in ('accept', 'return', 'continue')
    return opens and (there or back or ask['client'] is None)


class Side:
    def __init__(self, lab, module, cause, args, record, root):
        self.lab, self.module, self.args, self.record = lab, module, args, record
        self.expect = server_side.expectation(module) | getattr(module, 'EXPECT_FIX', {})
        self.rows = server_side.catalogue(root)
        self.cause = cause
        self.client = server_side.client_words(lab, self.expect, True)

    def words(self):
        """(host, what is asked there): where the fault sits, or the client."""
        self.expect |= getattr(self.lab, 'expect_server', {}) | getattr(self.lab, 'expect_fix', {})
        self.client = server_side.client_words(self.lab, self.expect, True)
        if server_side.is_here(self.expect, self.cause, self.rows):
            host, words, _ = server_side.question(self.lab, self.expect, self.client)
            return host, words
        return self.lab.client, self.client

    def ask(self, host, words):
        said, problem = plan(host, self.args, words)
        is_server = host is not self.lab.client
        if not problem and is_server and (said['verdict']['status'] in ('healthy', 'unknown') or self.expect.get('wait')):
            self.record['waited'] = True
            said, problem = plan_while_tried(self.lab, host, self.args, words, self.client)
        if self.args.verbose and said:
            print(json.dumps(said, indent=1, ensure_ascii=False), file=sys.stderr)
        return said, problem

    def end_in_words(self, said):
        """Nothing to carry out: it must tell who, or what to do by hand, where there is a reason for it."""
        self.record['remarks'] = said['remarks']
        cause = said['verdict'].get('cause')
        meant = self.expect.get('plan')
        is_told = said['remarks'] and (cause in BY_HAND or meant == 'told')
        kind = 'elsewhere' if said['elsewhere'] else 'told' if is_told else 'no plan'
        self.record['why'] = self.expect.get('why') or BY_HAND.get(cause)
        return self.end(kind, [f'it ends with {kind}, not {meant}'] if meant and meant != kind else [])

    def end(self, kind, wrong=()):
        self.record['fix'] = kind
        self.record['wrong'] += wrong
        if wrong:
            self.record['fix'] = 'WRONG'

    def judge(self):
        healthy = None
        if getattr(self.module, 'HEALTHY', True):
            healthy = attempt(self.lab, self.args, self.client)['status']
        self.module.fault(self.lab)
        self.cause = self.expect.get('cause', self.lab.expect.get('cause', self.cause))
        host, words = self.words()
        self.record['asked'] = f'{host.name}: {" ".join(words)}'
        said, problem = self.ask(host, words)
        if problem:
            return self.end('WRONG', [problem])
        verdict = said['verdict']
        self.record['told'] = verdict.get('cause')
        self.record['elsewhere'] = [e['who'] for e in said['elsewhere']]
        if not said['candidates']:
            return self.end_in_words(said)
        return self.carry_out(host, said, healthy or 'healthy')

    def carry_out(self, host, said, healthy):
        first = said['candidates'][0]
        self.record['id'], self.record['summary'] = first['id'], first['summary']
        self.record['proven'] = first['rehearsal'] and first['rehearsal']['proven']
        left = [f['cause'] for f in said['faults'] if not f['mended']]
        if left:
            self.record['left'], self.record['remarks'] = left, said['remarks']
            return self.end('told' if said['remarks'] and all(cause in BY_HAND for cause in left) else 'no plan')
        if self.expect.get('id') and first['id'] != self.expect['id']:
            self.record['wrong'].append(f'{first["id"]} stands first, not {self.expect["id"]}')
        if host is self.lab.client and self.lab.wrap and first['id'] == 'program-detach':
            raise Skip('the program is attached anew for each run')
        done = []
        wrong = self.do(host, said, done)
        got = None if wrong else attempt(self.lab, self.args, self.client)
        if got and got['status'] not in (healthy, 'healthy') and host is not self.lab.client and got.get('place') in AT_CLIENT:
            # Behind the server's fault there is one of the client's own.
            said, problem = self.ask(self.lab.client, self.client)
            if not problem and said['candidates']:
                self.record['id'] += f' and {said["candidates"][0]["id"]} on the client'
                wrong += self.do(self.lab.client, said, done)
                got = attempt(self.lab, self.args, self.client)
        leaves = got and 'leaves' in self.expect and self.expect['leaves'] == got.get('cause') and not first['effect']['lets_through']
        if got and not leaves and got['status'] not in (healthy, 'healthy'):
            wrong.append(f'after it: {got["status"]}, {got.get("symptom")}, {got.get("cause")}')
        for step in reversed(done):
            wrong += self.take_back(*step)
        self.record['why'] = self.expect.get('why')
        self.end('told' if leaves else 'right', wrong)

    def do(self, host, said, done):
        """What is wrong of it; done grows by what was changed."""
        first = said['candidates'][0]
        rehearsal, changes = first['rehearsal'], first['changes']
        wrong = []
        if rehearsal and not rehearsal['proven']:
            wrong += [f'rehearsal: {r["check"]}: {r["text"]}' for r in rehearsal['rows'] if r['result'] == 'fail']
        paths = [c['path'] for c in changes if c['kind'] == 'file']
        before = State(host, paths)
        done.append((host, changes, before))
        try:
            apply(self.lab, host, changes)
        except (RuntimeError, OSError, TimeoutError) as error:
            return [*wrong, f'it cannot be done: {str(error)[-400:]}']
        if first['effect']['exact']:
            wrong += outside(self.args, host, before, State(host, paths), said, host is self.lab.client)
        return wrong

    def take_back(self, host, changes, before):
        try:
            undo(self.lab, host, changes, before)
        except (RuntimeError, OSError, TimeoutError) as error:
            return [f'it cannot be taken back: {str(error)[-400:]}']
        after = State(host, list(before.files))
        left = before.differs(after)
        if self.args.verbose:
            for name in left:
                for one in (before, after):
                    print(name, ({**one.rules, **one.rest} | one.files).get(name), file=sys.stderr)
        return [f'taken back, {name} is not as it was' for name in left]


def judge(lab, module, cause, args, record, root, kind=Side):
    side = kind(lab, module, cause, args, record, root)
    why = side.expect.get('skip') if 'skip' in getattr(module, 'EXPECT_FIX', {}) else None
    if why:
        raise Skip(why)
    side.judge()


# Totals


def line_of(record):
    about = record.get('id') or ', '.join(record.get('elsewhere') or []) or '-'
    if record.get('left'):
        about += f' (does not mend {", ".join(record["left"])})'
    proven = {True: '  proven', False: '  not proven'}.get(record.get('proven'), '')
    lines = [f'{record["fix"]:<10}{record["name"]}  {record.get("told") or "-"}  {about}  {record.get("summary") or ""}{proven}']
    if record.get('why'):
        lines.append('          because ' + record['why'])
    lines += ['          ' + w.splitlines()[0] for w in record.get('remarks', []) if w]
    return '\n'.join([*lines, *['          ' + w for w in record['wrong']]])


def totals(records):
    judged = [r for r in records if 'fix' in r]
    count = {kind: sum(r['fix'] == kind for r in judged) for kind in ('right', 'elsewhere', 'told', 'no plan', 'WRONG')}
    print(f'{len(judged)} faults: mended {count["right"]}, elsewhere {count["elsewhere"]}, told what to do {count["told"]}, '
          f'no plan {count["no plan"]}, wrong {count["WRONG"]}')
    causes = {r['cause'] for r in judged if r['fix'] == 'right'} - {r['cause'] for r in judged if r['fix'] == 'WRONG'}
    print(f'causes that are mended wherever they are met: {len(causes)}')
    return 1 if count['WRONG'] or any('broken' in r for r in records) else 0

"""The lab's other side: `kiriwake server' is asked on the machine that is not answering, and the client connects for real.

judge() asks it healthy and broken, each time twice: before any packet (--no-wait, which may foretell, and never wrongly), and
while the client tries. A file may say

    SERVER = 'container'                  # the host on which it is asked, 'server' without it; the fault may set lab.asked
    EXPECT_SERVER = {...}                 # over EXPECT's: cause, or, certainty, place, culprit, symptom, also, family
        'set': [...]                      # causes that may stand beside the true one: the server cannot tell them apart
        'skip': 'why'                     # the server cannot know: it must not be wrong, and must not blame itself
        'tells': [...], 'next': [...]     # facts of its evidence; parts of the commands that it names
        'here': True                      # a cause of elsewhere that this server can know
        'timeout': 12                     # seconds that it may wait
        'probe': True                     # with run.py --probe it must be told exactly, too; False: not asked so; else it may be missed
        'rule': 'dport 22 drop'           # a part of the text of the rule that must be to blame; False: any

and set lab.is_anybody (no --from), lab.asked_port (where address translation changes it), lab.asked_address (of another host, where a router is asked), lab.seen_from (the address that the server sees), and
lab.launcher (what the command is run by) and lab.real_client (words of another client than check).

Without 'skip', a cause whose place (src/diag/causes) is the server, its service or its link must be told exactly: alone, with
a culprit of the kind that its row names; where that is a rule of the firewall, it must be proven, and the rule to blame one that
the fault added (if it added any that refuses), by its handle or its words. Of the others the server may say nothing, or a set that holds the truth.
"""
import functools
import ipaddress
import json
import os
import pathlib
import re
import signal
import socket
import statistics
import struct
import subprocess
import sys
import threading
import time

from lab import Skip

ARMED = 10.0  # seconds that it may take until it waits
AT_SERVER = ('server', 'service', 'server-link')
TIMEOUT = 8  # seconds that it may wait for the client
GRACE, SHORT = 4.0, 1.5  # seconds that it may take after the client was through; where nothing is expected to arrive
LIMIT = 10.0  # seconds that a client may take
SPEAKS = {'sshd': 'ssh', 'http_server': 'http', 'nginx': 'http'}
EXITS = {'healthy': 0, 'degraded': 1, 'failing': 1, 'unknown': 3}


@functools.lru_cache
def catalogue(root):
    """{cause: (place, kind of culprit)} as the program's own rows have it."""
    rows = {}
    for path in pathlib.Path(root, 'src/diag/causes').glob('*.c'):
        text = path.read_text(encoding='utf-8')
        found = [re.search(rf'\.{name}\s*=\s*"?({kind})', text)
                 for name, kind in (('id', '[a-z0-9-]+'), ('place', r'PLACE_\w+'), ('culprit', r'CULPRIT_\w+'))]
        if found[0]:
            words = [f.group(1).partition('_')[2].lower().replace('_', '-') if f else 'none' for f in found[1:]]
            rows[found[0].group(1)] = tuple(words)
    return rows


# What is asked


def is_literal(word):
    host = re.sub(r'^[a-z0-9+]+://', '', word)
    host = host[1:].partition(']')[0] if host.startswith('[') else host.partition(':')[0] if host.count(':') == 1 else host
    try:
        return bool(ipaddress.ip_address(host.partition('/')[0]))
    except ValueError:
        return False


def client_words(lab, expect, is_meant):
    """check's own, but of one family, as the server waits for one; is_meant: by a client that speaks what is spoken there."""
    words = [str(w) for w in lab.command or expect.get('command') or [lab.target]]
    scheme = SPEAKS.get(getattr(lab, 'kind', None))
    if is_meant and words == [lab.target] and scheme:
        words = [f'{scheme}://{lab.target}']
    family = f'-{expect.get("family", lab.family)}'
    return words if is_literal(words[0]) or family in words else [*words, family]


def question(lab, expect, words):
    """(host, the words after `server')"""
    family = expect.get('family', lab.family)
    host = lab.hosts[getattr(lab, 'asked', None) or expect.get('host', 'server')]
    is_udp = words[0].startswith(('udp://', 'dns://'))
    port = getattr(lab, 'asked_port', None) or lab.port
    seen = getattr(lab, 'seen_from', None) or (lab.client.addr4 if family == 4 else lab.client.addr6)
    word = f'{"udp/" if is_udp else ""}{port}'
    if hasattr(lab, 'asked_address'):
        word = f'[{lab.asked_address}]:{port}' if ':' in lab.asked_address else f'{lab.asked_address}:{port}'
    return host, [word] if getattr(lab, 'is_anybody', False) else [word, '--from', seen], (is_udp, port)


# Asking


class Watch:
    """When the first packet to a port came by."""

    def __init__(self, host, is_udp, port):
        self.protocol, self.port, self.first = 17 if is_udp else 6, port, None
        with host.network():
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        self.socket.settimeout(0.2)
        self.on = True
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while self.on and self.first is None:
            try:
                packet, where = self.socket.recvfrom(128)
            except OSError:
                continue
            if where[2] != socket.PACKET_OUTGOING and self.is_ours(packet):
                self.first = time.monotonic()

    def is_ours(self, packet):
        protocol, at = (0, 0) if len(packet) < 28 else (packet[9], (packet[0] & 15) * 4) if packet[0] >> 4 == 4 else (packet[6], 40)
        return len(packet) > at and protocol == self.protocol and packet[at + 2:at + 4] == struct.pack('!H', self.port)

    def end(self):
        self.on = False
        self.thread.join()
        self.socket.close()
        return self.first


class Listener(threading.Thread):
    """Reads what a process says, so that it is never held up."""

    def __init__(self, stream):
        super().__init__(daemon=True)
        self.stream, self.text, self.waits = stream, '', threading.Event()
        self.start()

    def run(self):
        for line in self.stream:
            self.text += line
            if 'waiting for' in line:
                self.waits.set()


def rights(args):
    if args.as_user:
        return ['/usr/bin/setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
    if args.as_admin:
        return ['/usr/bin/setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all,+net_admin',
                '--ambient-caps=-all,+net_admin']
    return []


def start(host, args, words):
    return host.popen([*host.lab.launcher, *rights(args), args.program, 'server', *words, '--json'],
                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors='replace')


def finish(process, patience):
    """Waits; then ^C, as a user would; then kills. (what it said, why it is no answer)"""
    for last in (signal.SIGINT, signal.SIGKILL):
        try:
            return process.communicate(timeout=patience)[0], None
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, last)
            patience = 3.0
    process.communicate()
    return '', 'no answer, not even after SIGINT'


def read_answer(process, out, err, problem):
    if problem:
        return None, problem
    if process.returncode < 0:
        return None, f'crashed: {signal.Signals(-process.returncode).name}: {err[-400:]}'
    try:
        said = json.loads(out)
        said['verdict']['status']
    except (ValueError, KeyError, TypeError) as error:
        return None, f'no verdict (exit status {process.returncode}): {error}: {out[-200:]} {err[-300:]}'
    said['exit'] = process.returncode
    return said, err[:400] if 'Sanitizer' in err or 'runtime error' in err else None


def foretell(host, args, words):
    """(what it said, ms, problem) before any packet."""
    begin = time.monotonic()
    process = start(host, args, [*words, '--no-wait', '--no-local'])
    listener = Listener(process.stderr)
    process.stderr = None
    out, problem = finish(process, LIMIT)
    ms = (time.monotonic() - begin) * 1000
    listener.join(1)
    said, problem = read_answer(process, out, listener.text, problem)
    return said, ms, problem


def attempt(lab, host, args, words, about, client, expect):
    """The client tries while the server waits: (what the server said, ms from packet to verdict or None, problem)"""
    process = start(host, args, [*words, '--timeout', str(expect.get('timeout', TIMEOUT))])
    listener = Listener(process.stderr)
    process.stderr = None
    begin = time.monotonic()
    while not listener.waits.is_set() and process.poll() is None and time.monotonic() < begin + ARMED:
        listener.waits.wait(0.02)
    if not listener.waits.is_set():
        out, problem = finish(process, 0.5)
        listener.join(1)
        said, problem = read_answer(process, out, listener.text, problem)
        blind = args.as_user or args.as_admin  # without CAP_NET_RAW there is nothing to wait for
        return said, None, problem or (None if blind else 'it did not say that it waits')
    watch = Watch(host, *about)
    words = lab.real_client or [args.program, 'check', *client, '--json']
    trying = lab.client.popen([*lab.wrap, *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + LIMIT
    while trying.poll() is None and process.poll() is None and time.monotonic() < end:
        time.sleep(0.01)
    out, problem = finish(process, SHORT if expect.get('elsewhere') else GRACE)
    ended = time.monotonic()
    if trying.poll() is None:
        os.killpg(trying.pid, signal.SIGINT)
        finish(trying, 1.0)
    listener.join(1)
    first = watch.end()
    said, problem = read_answer(process, out, listener.text, problem)
    return said, (ended - first) * 1000 if first else None, problem


def probe(lab, host, args, words, client):
    """The server makes the attempt itself: (what it said, None, problem). The client tried before, as its user did."""
    trying = lab.client.popen([*lab.wrap, *(lab.real_client or [args.program, 'check', *client, '--json'])],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    finish(trying, LIMIT)
    process = start(host, args, [*words, '--probe'])
    listener = Listener(process.stderr)
    process.stderr = None
    out, problem = finish(process, LIMIT)
    listener.join(1)
    said, problem = read_answer(process, out, listener.text, problem)
    return said, None, problem or (None if not said or said_of_probe(said) else 'it does not say what became of its probe')


def said_of_probe(said):
    """It was made, or it is told why not."""
    return any(s.get('step') == 'probe' for s in said.get('steps', []))


# The rules that are to blame

RULES = ('firewall-rule', 'firewall-policy')
REFUSES = re.compile(r'\b(drop|reject|DROP|REJECT|queue|NFQUEUE|limit|TARPIT)\b')


def nft_rules(host):
    where, chain = [], ''
    for line in host.run('nft -a list ruleset 2>/dev/null || true').splitlines():
        words = line.split()
        if words[:1] == ['table']:
            where = words[1:3]
        elif words[:1] == ['chain']:
            chain = words[1]
        elif found := re.search(r'# handle (\d+)$', line):
            if line.startswith('\t\t'):
                yield ('nft', *where, chain, int(found[1])), line.strip()


def iptables_rules(host):
    for tool, engine, family in (('iptables-legacy', 'iptables-legacy', 'ip'), ('ip6tables-legacy', 'iptables-legacy', 'ip6'),
                                 ('iptables-nft', 'iptables-nft', 'ip'), ('ip6tables-nft', 'iptables-nft', 'ip6')):
        table = ''
        for line in host.run(f'{tool}-save 2>/dev/null || true').splitlines():
            if line.startswith('*'):
                table = line[1:]
            elif line.startswith('-A '):
                yield (engine, family, table, line.split()[1], line), line


def refusing_rules(host):
    """{what names a rule of this host: its text} of those that may refuse."""
    return {key: text for rules in (nft_rules(host), iptables_rules(host)) for key, text in rules if REFUSES.search(text)}


def rule_key(culprit):
    key = tuple(culprit.get(name) for name in ('engine', 'family', 'table', 'chain'))
    last = culprit.get('handle') if key[0] == 'nft' else culprit.get('text')
    return (*key, last) if last else key  # where only the chain is known


def judge_rule(verdict, wanted, added):
    """added: the fault's own rules that may refuse."""
    culprit = verdict.get('culprit') or {}
    if culprit.get('kind') not in RULES or wanted is False:
        return []
    if wanted:
        return [] if wanted in culprit.get('text', '') else [f'the rule to blame is {culprit.get("text")!r}, not {wanted!r}']
    key = rule_key(culprit)
    if not added or any(k[:len(key)] == key for k in added):
        return []
    return [f'the rule to blame is none that was added: {key}, of {sorted(map(str, added.values()))}']


# Judging


def causes_of(verdict):
    named = [verdict.get('cause'), *[a.get('cause') for a in verdict.get('alternatives') or []]]
    return list(dict.fromkeys(c for c in named if c))


def judge_healthy(said, expect):
    verdict, wrong = said['verdict'], []
    status = expect.get('status', 'healthy')
    if verdict['status'] != status:
        wrong.append(f'healthy set-up is {verdict["status"]}, not {status}: {verdict.get("symptom")}, {causes_of(verdict)}')
    if causes_of(verdict):
        wrong.append(f'healthy set-up has a cause: {causes_of(verdict)}')
    return wrong


def judge_elsewhere(verdict, true, rows):
    """The server cannot know; it must not blame itself."""
    named = causes_of(verdict)
    if set(true) & set(named):
        return []
    blamed = [c for c in named if rows.get(c, ('unknown',))[0] in AT_SERVER]
    wrong = [f'the server blames itself: {", ".join(blamed)}'] if blamed else []
    if not blamed and named:
        wrong.append(f'{true[0]} is not among {named}')
    return wrong


def judge_exact(verdict, expect, true, rows):
    named, wrong = causes_of(verdict), []
    if not set(true) & set(named):
        wrong.append(f'{true[0]} is not among {named or "no cause"}')
    elif verdict.get('cause') not in true:
        wrong.append(f'{verdict.get("cause")} stands first')
    others = [c for c in named if c not in true and c not in expect.get('set', [])]
    if others and not wrong:
        wrong.append(f'not alone: {", ".join(others)}')
    symptoms = expect.get('symptom') or []
    symptoms = [symptoms] if isinstance(symptoms, str) else symptoms
    if symptoms and verdict.get('symptom') not in symptoms:
        wrong.append(f'symptom {verdict.get("symptom")}, not {" or ".join(symptoms)}')
    if rows.get(true[0], ('', ''))[1] in RULES and not others and verdict.get('certainty') != expect.get('certainty', 'proven'):
        wrong.append(f'certainty {verdict.get("certainty")}, though the kernel can name the rule')
    for name in ('certainty', 'place'):
        if expect.get(name) and verdict.get(name) != expect[name]:
            wrong.append(f'{name} {verdict.get(name)}, not {expect[name]}')
    culprit = verdict.get('culprit') or {}
    wanted = expect.get('culprit', {} if not others and rows.get(true[0], ('', 'none'))[1] == 'none' or wrong else {'kind': True})
    for name, value in wanted.items():
        if culprit.get(name) != value and not (value is True and culprit.get(name, 'none') != 'none'):
            wrong.append(f'culprit.{name} is {culprit.get(name)!r}, not {"any" if value is True else repr(value)}')
    also = [a.get('cause') for a in verdict.get('also') or []]
    wrong += [f'{cause} is not in "also"' for cause in expect.get('also', []) if cause not in also]
    if verdict['status'] not in expect.get('status', ['failing', 'degraded']):
        wrong.append(f'status {verdict["status"]}')
    return wrong


def judge_told(verdict, expect):
    told = [e['fact'] for e in verdict.get('evidence') or []]
    commands = [n['command'] for n in verdict.get('next') or []]
    return [f'{fact} is not told' for fact in expect.get('tells', []) if fact not in told] + \
           [f'{words} is not in "next"' for words in expect.get('next', []) if not any(words in c for c in commands)]


def judge_probe(verdict, true):
    """It may show nothing, as where a fault sits before or behind the part of the way that it goes; but nothing that is not so."""
    named = causes_of(verdict)
    if not named or set(true) & set(named):
        return []
    return [f'{true[0]} is not among {named}']


def judge_foretold(said, true, healthy, rows):
    """What is said before any packet is right or nothing, and never proven."""
    verdict = said['verdict']
    named, wrong = causes_of(verdict), []
    if verdict.get('certainty') == 'proven':
        wrong.append(f'foretold as proven: {verdict.get("cause")}')
    if healthy and named:
        wrong.append(f'foretold of a healthy set-up: {named}')
    elif named and not set(true) & set(named):
        wrong.append(f'foretold: {named}')
    return wrong


def exits(said, label):
    wanted = EXITS[said['verdict']['status']]
    return [f'{label}exit status {said["exit"]} with {said["verdict"]["status"]}'] if said['exit'] != wanted else []


class Side:
    """One lab, asked on the server's side."""

    def __init__(self, lab, args, expect, record, root):
        self.lab, self.args, self.expect, self.record = lab, args, expect, record
        self.rows = catalogue(root)
        self.is_whole = not (args.as_user or args.as_admin)
        self.added = {}  # rules by which the fault may refuse

    def ask(self, label, true):
        """What was said while the client tried, or None; what is wrong of what was foretold is noted."""
        client = client_words(self.lab, self.expect, not self.record['healthy'])
        host, words, about = question(self.lab, self.expect, client)
        said, ms, problem = foretell(host, self.args, words)
        if problem:
            self.record['wrong'].append(f'{label}foretelling: {problem}')
        elif said:
            self.record.setdefault('snapshot', []).append(ms)
            wrong = judge_foretold(said, true, not true, self.rows) + exits(said, 'foretelling: ')
            self.record['wrong'] += [label + w for w in wrong]
            self.record['foretold'] = said['verdict'].get('cause')
            self.record['foretold wrong'] = self.record.get('foretold wrong', False) or bool(wrong)
        self.show(said)
        if self.args.probe:
            said, ms, problem = probe(self.lab, host, self.args, words, client)
        else:
            said, ms, problem = attempt(self.lab, host, self.args, words, about, client, self.expect)
        if problem:
            self.record['wrong'].append(label + problem)
        self.show(said)
        if said:
            self.record['verdicts'].append((said['verdict'], round(ms or 0)))
            self.record['wrong'] += exits(said, label)
            if ms and true:
                self.record['ms'] = ms
        return said if not problem else None

    def show(self, said):
        if said and self.args.verbose:
            print(json.dumps(said, indent=1, ensure_ascii=False), file=sys.stderr)

    def healthy(self, expect):
        said = self.ask('', [])
        if said:
            wrong = judge_healthy(said, expect) if self.is_whole and not self.args.probe else []
            told = causes_of(said['verdict'])
            self.record['wrong'] += wrong or ([f'healthy set-up has a cause: {told}'] if told else [])
            self.record['false alarm'] = bool(told)

    def broken(self, cause):
        true = [cause, *self.expect.get('or', [])]
        said = self.ask('', true)
        if not said:
            self.record['kind'] = 'wrong'
            return
        verdict = said['verdict']
        elsewhere = self.expect['elsewhere']
        if self.args.probe and not elsewhere and not self.expect.get('probe'):
            wrong = judge_probe(verdict, true)
        elif elsewhere or not self.is_whole:
            wrong = judge_elsewhere(verdict, true, self.rows)
        else:
            wrong = judge_exact(verdict, self.expect, true, self.rows)
            wrong += judge_rule(verdict, self.expect.get('rule'), self.added) if not wrong else []
        wrong += judge_told(verdict, self.expect)
        named = causes_of(verdict)
        proven = verdict.get('certainty') == 'proven'
        if proven and verdict.get('cause') not in true:
            wrong.append(f'proven, but {verdict["cause"]} is not the cause')
        self.record['wrong'] += wrong
        self.record |= {
            'set': named, 'cause': cause, 'elsewhere': elsewhere, 'proven wrong': proven and verdict.get('cause') not in true,
            'kind': 'exact' if verdict.get('cause') in true and len(named) == 1 else
                    'in set' if set(true) & set(named) else 'none' if not named else 'wrong',
            'proven right': proven and verdict.get('cause') in true}


def is_here(expect, cause, rows):
    """The server can know it."""
    return 'here' in expect or 'skip' not in expect and rows.get(cause, ('server',))[0] in AT_SERVER


def expectation(module):
    """EXPECT's, without what only the client can see, and EXPECT_SERVER over it."""
    expect = {k: v for k, v in getattr(module, 'EXPECT', {}).items() if k in ('cause', 'or', 'symptom', 'command')}
    if hasattr(module, 'SERVER'):
        expect['host'] = module.SERVER
    return expect | getattr(module, 'EXPECT_SERVER', {})


def rows_of(module, cause, rows, root):
    """The server is asked of one variant where it cannot know."""
    expect = expectation(module)
    return rows if is_here(expect, expect.get('cause', cause), catalogue(root)) else rows[:1]


def judge(lab, module, cause, args, record, root):
    """cause: None of a healthy file."""
    expect = expectation(module)
    if args.probe and expect.get('probe') is False:
        raise Skip('a probe meets something else')
    side = Side(lab, args, expect, record, root)
    if cause is None or getattr(module, 'HEALTHY', True):
        side.healthy(getattr(module, 'EXPECT', {}) if cause is None else {})
    if cause is None:
        return
    host = lab.hosts[getattr(lab, 'asked', None) or expect.get('host', 'server')]
    before = refusing_rules(host)
    module.fault(lab)
    side.added = {key: text for key, text in refusing_rules(host).items() if key not in before}
    side.expect = expect | {k: v for k, v in lab.expect.items() if k in ('symptom', 'cause', 'or')}
    side.expect |= getattr(module, 'EXPECT_SERVER', {}) | getattr(lab, 'expect_server', {})
    cause = side.expect.get('cause', cause)
    side.expect['elsewhere'] = not is_here(side.expect, cause, side.rows)
    side.broken(cause)


# Totals


def line_of(record):
    verdict, ms = record['verdicts'][-1] if record['verdicts'] else ({}, 0)
    said = f'{verdict.get("cause") or "-"}  {verdict.get("symptom")}  {verdict.get("certainty")}  {len(causes_of(verdict))}  ' \
           f'{ms} ms  foretold {record.get("foretold") or "-"}' if verdict else ''
    return '\n'.join([f'{"WRONG    " if record["wrong"] else "right    "}{record["name"]}  {said}',
                      *['         ' + w for w in record['wrong']]])


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def spread(what, values):
    if values:
        print(f'{what}: median {statistics.median(values):.0f}, p90 {percentile(values, 0.9):.0f}, most {max(values):.0f}')


def totals(judged):
    here = [r for r in judged if 'kind' in r and not r.get('elsewhere')]
    away = [r for r in judged if r.get('elsewhere')]
    exact = [r for r in here if r['kind'] == 'exact']
    clean = {r['cause'] for r in exact} - {r.get('cause') for r in here if r['wrong']}
    print(f'faults of the server: {len(here)}, exact {len(exact)}, proven right {sum(r.get("proven right", False) for r in here)}, '
          f'in a set {sum(r["kind"] == "in set" for r in here)}, no cause {sum(r["kind"] == "none" for r in here)}, '
          f'wrong {sum(r["kind"] == "wrong" for r in here)}; causes that are always exact: {len(clean)}')
    print(f'faults elsewhere: {len(away)}, the true cause told {sum(r["kind"] in ("exact", "in set") for r in away)}, '
          f'wrong {sum(bool(r["wrong"]) for r in away)}')
    print(f'wrong at proven {sum(r.get("proven wrong", False) for r in judged)}, '
          f'foretold wrongly {sum(r.get("foretold wrong", False) for r in judged)}, '
          f'faults on healthy set-ups {sum(r.get("false alarm", False) for r in judged)}')
    spread('set size', [len(r['set']) for r in here if 'set' in r])
    spread('ms from the packet to the verdict', [r['ms'] for r in judged if 'ms' in r])
    spread('ms of the snapshot', [ms for r in judged for ms in r.get('snapshot', [])])

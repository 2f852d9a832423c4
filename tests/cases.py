#!/usr/bin/python3
"""Runs the golden cases: conversations in text, and the verdict that kiriwake must reach on each.

usage: cases.py KIRIWAKE [ID…]

tests/cases/ID/positive*.conv     the cause ID is in the set of candidates
tests/cases/ID/near-miss*.conv    it looks the same, and is something else: ID is not in the set
tests/cases/healthy/*.conv        nothing is wrong, or nothing can be said: no flow is failing or degraded

Every cause of `kiriwake causes` has both. The conversations are written in the language of tests/lib/conversation.py;
these lines of their headers say what must come out (of the main flow; of another one with its name: `symptom b: none`):
    explain: --at server       how it is explained: where the capture was taken
    symptom: syn-unanswered    the symptom; needed, but in healthy
    in: ID, ID…                these are candidates too
    out: ID, ID…               these are not
    by: FACT, FACT…            a near miss: the fact that rules ID out (one of them)
    cause: ID                  the likeliest candidate
    status, certainty, place   as the JSON says them
    fault: NAME, NAME…         in healthy: these flows may fail, with `symptom NAME`
    text: no                   what tcpdump prints of it does not tell enough for the same symptom
"""
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE / 'lib'))
import conversation  # noqa: E402  (its folder is known only now)

OF_CONVERSATION = {'ends', 'link', 'here', 'via', 'mac', 'ttl', 'see', 'mirror', 'explain', 'text'}
EXPECTED = {'symptom', 'status', 'certainty', 'place', 'cause', 'in', 'out', 'by', 'fault'}
TRANSPORTS = {'tcp': {'tcp'}, 'udp': {'udp'}, 'icmp': {'icmp', 'icmp6'}, 'arp': {'arp', 'nd'}}
FAULTS = {'failing', 'degraded'}
QUIET = {**os.environ, 'TZ': 'UTC', 'LC_ALL': 'C.UTF-8', 'NO_COLOR': '1'}


class Case:
    """One conversation, and what is wrong with what kiriwake says of it."""

    def __init__(self, path, kiriwake, folder):
        self.path, self.kiriwake = path, kiriwake
        self.cause, self.kind = path.parent.name, path.stem.split('-')[0]
        self.stem = folder / f'{self.cause}-{path.stem}'
        self.talk = None
        self.wrong = []

    def say(self, what):
        self.wrong.append(what)

    def arguments(self, file):
        words = self.talk.get('explain', '').split() if self.talk else []
        return ['--at', f'{words[1]}={file}', *words[2:]] if words[:1] == ['--at'] else [*words, file]

    def ask(self, suffix):
        """Every flow of the file, as kiriwake tells it."""
        file = f'{self.stem}{suffix}'
        run = subprocess.run([self.kiriwake, 'explain', '--json', *self.arguments(file)],
                             capture_output=True, text=True, check=False, env=QUIET)
        try:
            return json.loads(run.stdout)['flows']
        except (ValueError, KeyError):
            self.say(f'kiriwake {suffix[1:]}: exit status {run.returncode}: {run.stderr.strip()[-300:]}')
            return []

    def find(self, flows, name):
        """The flow of that name; ends that are used again are told apart by their order."""
        wanted = self.talk.flows[name]

        def ends(sides):
            return [(str(s.address), s.port or None) for s in sides]

        twins = [n for n, f in self.talk.flows.items() if f.transport == wanted.transport and
                 ends(f.sides) == ends(wanted.sides)]
        found = [f for f in flows if f['flow']['transport'] in TRANSPORTS[wanted.transport] and
                 [(f['flow'][e]['address'], f['flow'][e]['port']) for e in ('client', 'server')] == ends(wanted.sides)]
        at = twins.index(name)
        return found[at] if at < len(found) else None

    def expect(self, name, key, verdict, value):
        listed = [word.strip() for word in value.split(',') if word.strip()]
        left = [verdict['cause'], *(a['cause'] for a in verdict['alternatives'])] if verdict['cause'] else []
        of = f' of {name}' if name else ''
        if key == 'in':
            for cause in listed:
                if cause not in left:
                    self.say(f'{cause} is not among the candidates{of}{self.why_out(verdict, cause)}')
        elif key == 'out':
            for cause in listed:
                if cause in left:
                    self.say(f'{cause} is among the candidates{of}')
        elif key == 'by':
            if self.cause not in left and not any(f'by {fact})' in self.why_out(verdict, self.cause) for fact in listed):
                self.say(f'{self.cause} is not ruled out by {value}{self.why_out(verdict, self.cause)}')
        elif verdict[key] not in listed:
            self.say(f'{key}{of} is {verdict[key]}, not {value}')

    @staticmethod
    def why_out(verdict, cause):
        by = [f['by'] for f in verdict['ruled_out'] if f['cause'] == cause]
        return f' (ruled out by {by[0]})' if by else f' (does not show {verdict["symptom"]})'

    def judge(self, flows):
        for key, name, value in self.talk.header:
            if key not in EXPECTED or key == 'fault':
                continue
            found = self.find(flows, name)
            if found:
                self.expect(name, key, found['verdict'], value)
            else:
                said = ', '.join(f'{f["flow"]["transport"]} {f["flow"]["client"]["address"]}:'
                                 f'{f["flow"]["client"]["port"]}' for f in flows)
                self.say(f'there is no flow {name or "of the ends"}; there are: {said}')
        if self.kind == 'positive':
            self.is_told(flows, 'in')
        elif self.kind == 'near':
            self.is_told(flows, 'out')
        else:
            self.is_healthy(flows)

    def is_told(self, flows, key):
        found = self.find(flows, '')
        if not found:
            self.say('there is no flow of the ends')
            return
        self.expect('', key, found['verdict'], self.cause)
        if not self.talk.get('symptom'):
            self.say(f'the header does not say the symptom ({found["verdict"]["symptom"]})')
        if key == 'in' and found['verdict']['status'] not in FAULTS:
            self.say(f'status is {found["verdict"]["status"]}')
        if key == 'out' and found['verdict']['status'] in FAULTS and not self.talk.get('in'):
            self.say('the header does not say what it is (in)')

    def is_healthy(self, flows):
        may_fail = [self.find(flows, name.strip()) for name in self.talk.get('fault', '').split(',') if name.strip()]
        if not flows:
            self.say('there is no flow')
        for f in flows:
            if f['verdict']['status'] in FAULTS and f not in may_fail:
                self.say(f'{f["flow"]["transport"]} {f["flow"]["client"]["address"]}:{f["flow"]["client"]["port"]} > '
                         f'{f["flow"]["server"]["address"]}:{f["flow"]["server"]["port"]} is '
                         f'{f["verdict"]["status"]}: {f["verdict"]["symptom"]}')

    def compare_text(self, flows):
        """What tcpdump prints of the packets must be understood as the packets are."""
        with open(f'{self.stem}.txt', 'wb') as out:
            subprocess.run(['tcpdump', '-nn', '-r', f'{self.stem}.pcap'], stdout=out, stderr=subprocess.DEVNULL,
                           check=False, env=QUIET)
        text_flows = self.ask('.txt')
        for name in self.talk.flows:
            packets, text = self.find(flows, name), self.find(text_flows, name)
            said = [f['verdict']['symptom'] if f else 'no flow' for f in (packets, text)]
            if said[0] != said[1]:
                of = f' of {name}' if name else ''
                self.say(f"symptom{of} from tcpdump's text is {said[1]}, from the packets {said[0]}")

    def run(self, has_tcpdump):
        try:
            self.talk = conversation.Conversation(self.path.read_text(encoding='utf-8'), self.path.name)
        except (conversation.Mistake, UnicodeDecodeError) as mistake:
            self.say(str(mistake))
            return self
        unknown = {key for key, _, _ in self.talk.header} - OF_CONVERSATION - EXPECTED
        if unknown:
            self.say(f'unknown header lines: {", ".join(sorted(unknown))}')
        pathlib.Path(f'{self.stem}.pcap').write_bytes(self.talk.pcap())
        flows = self.ask('.pcap')
        self.judge(flows)
        if has_tcpdump and self.talk.get('text') != 'no':
            self.compare_text(flows)
        return self

    def command(self):
        file = f'/tmp/{self.stem.name}.pcap'
        return (f'tests/lib/conversation.py {os.path.relpath(self.path, HERE.parent)} {file} && '
                f'{os.path.relpath(self.kiriwake)} explain --all {" ".join(self.arguments(file))}')


class Saved:
    """A case as `kiriwake check --save' writes it, of a cause that no wire shows and the lab cannot have."""

    def __init__(self, path, kiriwake):
        self.path, self.kiriwake, self.wrong = path, kiriwake, []

    def run(self, folder):
        case = folder / f'{self.path.parent.name}-{self.path.stem}'
        case.mkdir()
        shutil.copy(self.path, case / 'case.json')
        run = subprocess.run([self.kiriwake, 'explain', '--json', case], capture_output=True, text=True, env=QUIET, check=False)
        verdict = json.loads(run.stdout)['verdict']
        left = {verdict['cause']} | {a['cause'] for a in verdict['alternatives']}
        if self.path.stem.startswith('positive') != (self.path.parent.name in left):
            self.wrong.append(f'the candidates are {", ".join(map(str, left))}')
        return self

    def command(self):
        return f'a folder with it as case.json, for {os.path.relpath(self.kiriwake)} explain'


def in_lab(cause):
    """The lab has it, with its healthy twin: what no packet shows, because none is sent."""
    return list((HERE / 'netns/faults').glob(f'{cause}.py')) + list((HERE / 'netns/faults').glob(f'{cause}--*.py'))


def missing(kiriwake):
    """The causes that have no positive or no near miss."""
    run = subprocess.run([kiriwake, 'causes', '--json'], capture_output=True, text=True, check=True, env=QUIET)
    for cause in json.loads(run.stdout)['causes']:
        for kind in ('positive', 'near-miss'):
            folder = HERE / 'cases' / cause['id']
            if not [*folder.glob(f'{kind}*.conv'), *folder.glob(f'{kind}*.json'), *in_lab(cause['id'])]:
                yield f'{cause["id"]}: there is no {kind}.conv'


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    kiriwake, ids = os.path.abspath(sys.argv[1]), sys.argv[2:]
    if not os.access(kiriwake, os.X_OK):
        sys.exit(f'cases.py: {sys.argv[1]} cannot be run')
    paths = sorted(p for p in (HERE / 'cases').glob('*/*.conv') if not ids or p.parent.name in ids)
    wrong = 0
    if not ids:
        for line in missing(kiriwake):
            wrong += 1
            print(line)
    with tempfile.TemporaryDirectory(prefix='kiriwake-cases-') as folder, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        has_tcpdump = bool(shutil.which('tcpdump'))
        cases = list(pool.map(lambda p: Case(p, kiriwake, pathlib.Path(folder)).run(has_tcpdump), paths))
        saved = sorted(p for p in (HERE / 'cases').glob('*/*.json') if not ids or p.parent.name in ids)
        cases += pool.map(lambda p: Saved(p, kiriwake).run(pathlib.Path(folder)), saved)
    for case in cases:
        if not case.wrong:
            continue
        wrong += 1
        print(f'{case.path.parent.name}/{case.path.name}:')
        for what in case.wrong:
            print(f'    {what}')
        print(f'    {case.command()}')
    if not shutil.which('tcpdump'):
        print('tcpdump is not installed: its text was not compared')
    print(f'{len(cases)} cases, {wrong} wrong')
    sys.exit(1 if wrong or not cases else 0)


if __name__ == '__main__':
    main()

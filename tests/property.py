#!/usr/bin/python3
"""Properties that every verdict of `kiriwake explain` keeps, whatever the capture.

usage: property.py KIRIWAKE [--rounds N] [--seed S] [--keep DIR] [--only WORD] [CAPTURE|FOLDER]...

Each capture, and one that bench/generate makes, is changed in ways that change nothing, or only take something away. Then
the verdict of each flow must stay, or weaken, and never turn round: what may follow from what is in evidence.py. Further:
tcpdump's text gives the symptoms of the capture; damaged files give a located error and never a crash; the same packets
give the same words in every format.

Each failure prints the seed, the change, the flow, before and after; --keep keeps the flow's packets of both.
"""
import argparse
import collections
import dataclasses
import json
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import typing

import packets as pk
from evidence import FAILING, View, against

ROOT = pathlib.Path(__file__).resolve().parent.parent
MS = 1000000
SECOND = 1000 * MS
TIMEOUT = 20
TOLD = 2 # examples of a sort of failure

# Facts that say that something was not seen: only these can come to be by taking packets away.
OF_ABSENCE = {
    'syn-silence', 'host-silent', 'syn-ack-unanswered', 'udp-silence', 'ping-silence', 'arp-silence', 'ping-lost',
    'no-idle-before-loss', 'idle-before-loss', 'server-silent', 'request-unanswered', 'syn-arrived', 'rst-before-data', 'server-closed-first',
    'closed-at-once', 'client-data-lost', 'server-data-lost', 'large-lost', 'capture-gaps', 'midstream', 'one-way-client',
    'one-way-server', 'icmp-at-once', 'client-window-zero', 'server-window-zero', 'syn-without-ecn', 'syn-without-fast-open'}


class Item(typing.NamedTuple):
    """A record with its decoded packet, which is None when it could not be read."""
    record: pk.Record
    packet: pk.Packet


@dataclasses.dataclass
class Told:
    """One flow of explain's answer."""
    key: tuple
    client: tuple
    server: tuple
    first: str
    symptom: str
    cause: str
    causes: frozenset
    certainty: str
    facts: frozenset
    out: dict
    body: dict

    def __str__(self):
        causes = f', {self.certainty}: {self.cause} of {len(self.causes)}' if self.cause else ''
        return f'{self.symptom}{causes}'


def end_of(end):
    return (pk.address_bytes(end['address']), end['port'] or 0)


def told_of(body):
    flow, v = body['flow'], body['verdict']
    client, server = end_of(flow['client']), end_of(flow['server'])
    causes = frozenset([v['cause']] if v['cause'] else []) | {a['cause'] for a in v['alternatives']}
    return Told((flow['transport'], *sorted((client, server))), client, server, flow['first'], v['symptom'], v['cause'],
                causes, v['certainty'], frozenset(e['fact'] for e in v['evidence']),
                {r['cause']: r['by'] for r in v['ruled_out']}, body)


def flow_text(key):
    one, other = (f'{pk.address_text(a)}.{p}' for a, p in key[1:])
    return f'{key[0]} {one} {other}'


class Run(typing.NamedTuple):
    status: int
    flows: list
    last: dict
    error: str
    text: bytes


class Checks:
    def __init__(self, arguments, folder):
        self.program = str(pathlib.Path(arguments.kiriwake).resolve())
        self.keep = arguments.keep and pathlib.Path(arguments.keep)
        self.folder = folder
        self.seed = arguments.seed
        self.count = self.wrong = self.kept = 0
        self.kinds = collections.Counter()
        self.weaker = collections.Counter()
        self.environment = dict(os.environ, TZ='UTC', LC_ALL='C')
        if self.keep:
            self.keep.mkdir(parents=True, exist_ok=True)

    def fail(self, change, what, *lines, sort='', keep=None):
        """Of a sort only the first few are told: one mistake meets many flows. keep: flow and traces for keep_flow()."""
        self.wrong += 1
        self.kinds[change, sort] += 1
        if self.kinds[change, sort] <= TOLD:
            if keep:
                lines += (self.keep_flow(change, *keep),)
            print(f'WRONG seed {self.seed} {change}: {what}', *filter(None, lines), sep='\n      ')

    def check(self, good, change, what, *lines):
        self.count += 1
        if not good:
            self.fail(change, what, *lines)
        return good

    def explain(self, files, *options, form='--jsonl'):
        command = [self.program, 'explain', form, *options, *map(str, files)]
        try:
            run = subprocess.run(command, capture_output=True, timeout=TIMEOUT, check=False, env=self.environment)
        except subprocess.TimeoutExpired:
            return Run(-1, [], {}, f'no end after {TIMEOUT} s', b'')
        error = '' if 0 <= run.returncode <= 3 else f'exit status {run.returncode}: {run.stderr[-300:]!r}'
        bodies, last = [], {}
        try:
            if form == '--json':
                last = json.loads(run.stdout)
                bodies = last['flows']
            else:
                rows = [json.loads(line) for line in run.stdout.splitlines()]
                bodies = [r for r in rows if 'flow' in r]
                last = next((r for r in rows if 'kiriwake' in r), {})
        except (ValueError, KeyError) as e:
            error = error or f'its JSON cannot be read: {e}'
        return Run(run.returncode, [told_of(b) for b in bodies], last, error, run.stdout)

    def keep_flow(self, change, key, before, after):
        """The packets of the flow, and the last one of the capture, which says how long it was watched."""
        if not self.keep:
            return ''
        self.kept += 1
        names = []
        for word, capture in (('before', before), ('after', after)):
            if not capture:
                continue
            items = [i for i in capture.items if i.packet and key_of(i.packet) == key]
            items += capture.items[-1:]
            name = self.keep / f'{self.kept:03}-{change.replace(" ", "-").replace("/", "-")}-{word}.pcap'
            pk.write_pcap(name, pk.Capture(capture.link, [i.record for i in items]), nano=capture.nano)
            names.append(str(name))
        return 'kept: ' + ' '.join(names)


class Trace:
    """A capture of the test: its items, and what the program says of them."""

    def __init__(self, name, link, items, nano=False):
        self.name, self.link, self.items, self.nano = name, link, items, nano
        self.flows = collections.defaultdict(list)

    @classmethod
    def read(cls, path):
        capture = pk.read_pcap(path)
        if not capture:
            return None
        items = [Item(r, pk.decode(capture.link, r.data, r.length)) for r in capture.records]
        nano = any(r.ns % 1000 for r in capture.records)
        return cls(pathlib.Path(path).stem, capture.link, items, nano)

    def write(self, path, items=None):
        records = [i.record for i in (self.items if items is None else items)]
        pk.write_pcap(path, pk.Capture(self.link, records), nano=self.nano)
        return path

    def by_key(self):
        groups = collections.defaultdict(list)
        for i in self.items:
            if i.packet:
                groups[key_of(i.packet)].append(i)
        return groups


def key_of(p):
    if p.proto in (pk.ICMP, pk.ICMP6):
        return (pk.NAMES[p.proto], *sorted(((p.src[0], 0), (p.dst[0], 0))))
    return p.key


def grouped(told):
    groups = collections.defaultdict(list)
    for t in told:
        groups[t.key].append(t)
    return groups


# --- the changes: each takes a Trace and a random source, and gives another ---------------------------------------------

def change_of(fn):
    return lambda trace, rng: Trace(trace.name, trace.link, fn(trace.items, rng), trace.nano)


def drop(items, rng):
    return [i for i in items if rng.random() >= 0.1]


def cut_start(items, rng):
    return items[rng.randrange(len(items) + 1) // 2:]


def cut_end(items, rng):
    return items[:len(items) - rng.randrange(len(items) + 1) // 2]


def is_synack(p):
    return p and p.proto == pk.TCP and p.flags & (pk.SYN | pk.ACK | pk.RST) == pk.SYN | pk.ACK


def is_bare_syn(p):
    return p and p.proto == pk.TCP and p.flags & (pk.SYN | pk.ACK | pk.RST) == pk.SYN


def drop_synacks(items, _):
    return [i for i in items if not is_synack(i.packet)]


def drop_first(wanted):
    """Takes the first packet of that kind from each flow."""
    def change(items, _):
        seen, left = set(), []
        for i in items:
            if i.packet and not i.packet.is_error and wanted(i.packet) and key_of(i.packet) not in seen:
                seen.add(key_of(i.packet))
                continue
            left.append(i)
        return left
    return change


def is_client_ack(p):
    return p.proto == pk.TCP and p.flags & (pk.ACK | pk.SYN | pk.RST | pk.FIN) == pk.ACK and not p.payload


def one_way(from_client):
    """An asymmetric tap: of TCP and UDP it sees one direction."""
    def change(items, _):
        clients, left = {}, []
        for i in items:
            p = i.packet
            if not p or p.proto not in (pk.TCP, pk.UDP):
                left.append(i)
                continue
            first = p.dst if is_synack(p) else p.src
            client = clients.setdefault(key_of(p), first)
            if p.is_error or (p.src == client) == from_client:
                left.append(i)
        return left
    return change


def shift(items, rng):
    by = rng.choice([-40000000, 123456789, 3600]) * SECOND + 123457000
    return [Item(i.record._replace(ns=max(i.record.ns + by, 0)), i.packet) for i in items]


def duplicate(items, rng):
    """A mirror port that sees packets twice, the second time up to 300 us later: other packets may be between."""
    out = []
    for n, i in enumerate(items):
        out.append((i.record.ns, n, i))
        if rng.random() < 0.5:
            ns = i.record.ns + rng.randrange(300) * 1000
            out.append((ns, n, Item(i.record._replace(ns=ns), i.packet)))
    return [i for _, _, i in sorted(out, key=lambda o: o[:2])]


def reorder(within):
    """Packets of a flow change places with one of the next three, and their times too, so that time still goes forward.
    Only such as are close in time: that is what two queues of a card, or the two ports of a tap, do."""
    def change(items, rng):
        items = list(items)
        places = collections.defaultdict(list)
        for n, i in enumerate(items):
            if i.packet:
                places[key_of(i.packet)].append(n)
        for own in places.values():
            for a, here in enumerate(own):
                b = min(a + rng.randrange(1, 4), len(own) - 1)
                there = own[b]
                x, y = items[here], items[there]
                if rng.random() < 0.3 and abs(y.record.ns - x.record.ns) <= within:
                    items[here] = Item(y.record._replace(ns=x.record.ns), y.packet)
                    items[there] = Item(x.record._replace(ns=y.record.ns), x.packet)
        return items
    return change


def cut_packets(snaplen):
    def change(trace, _):
        items = []
        for i in trace.items:
            data = i.record.data[:snaplen]
            packet = i.packet
            if len(data) < len(i.record.data):
                packet = pk.decode(trace.link, data, i.record.length)
            items.append(Item(i.record._replace(data=data), packet))
        return Trace(trace.name, trace.link, items, trace.nano)
    return change


def strip_link(trace, head):
    items = []
    for i in trace.items:
        at = pk.ip_offset(trace.link, i.record.data)
        if at < 0:
            continue
        before = head(i.record.data, at)
        moved = at - len(before)
        packet = i.packet and i.packet._replace(start=i.packet.start - moved, ip_at=i.packet.ip_at - moved)
        items.append(Item(pk.Record(i.record.ns, before + i.record.data[at:], i.record.length - moved), packet))
    return items


def to_raw(trace, _):
    return Trace(trace.name, pk.RAW, strip_link(trace, lambda data, at: b''), trace.nano)


def to_sll2(trace, rng):
    def head(data, at):
        kind = 0x86dd if data[at] >> 4 == 6 else 0x0800
        return struct.pack('>HHIHBB8s', kind, 0, 2, 1, rng.choice([0, 4]), 6, data[6:12])
    return Trace(trace.name, pk.SLL2, strip_link(trace, head), trace.nano)


def ethernet_with_ip(trace):
    return trace.link == pk.ETHERNET


def merge_segments(trace, a, b, zero):
    """Two segments into one, as the card or the kernel hands them over (GRO), or before it cut them (TSO)."""
    p, q = a.packet, b.packet
    body = a.record.data[:p.start + p.payload] + b.record.data[q.start:q.start + q.payload]
    data = bytearray(body)
    at, v4 = p.ip_at, data[p.ip_at] >> 4 == 4
    length = len(body) - at - (0 if v4 else 40)
    struct.pack_into('>H', data, at + (2 if v4 else 4), 0 if zero else length)
    tcp = at + (data[at] & 15) * 4 if v4 else at + 40
    data[tcp + 13] |= q.flags
    packet = p._replace(payload=p.payload + q.payload, caplen=p.payload + q.payload, flags=p.flags | q.flags)
    return Item(pk.Record(a.record.ns, bytes(data), len(data)), packet)


def super_frames(zero):
    def can(items, a, b):
        p, q = a.packet, b.packet
        return (p.proto == q.proto == pk.TCP and p.src == q.src and p.payload and q.payload and p.ack == q.ack and
                not (p.flags | q.flags) & (pk.SYN | pk.RST) and not p.flags & pk.FIN and
                (p.seq + p.payload) % pk.MOD == q.seq and p.start - p.ip_at <= 100 and p.payload + q.payload < 60000 and
                p.caplen == p.payload and q.caplen == q.payload and b.record.ns - a.record.ns < 5 * MS)

    def change(trace, rng):
        last, out = {}, []
        for i in trace.items:
            key = i.packet and key_of(i.packet)
            place = last.get(key)
            if place is not None and can(out, out[place], i) and rng.random() < 0.8:
                out[place] = merge_segments(trace, out[place], i, zero)
                continue
            if i.packet:
                last[key] = len(out)
            out.append(i)
        return Trace(trace.name, trace.link, out, trace.nano)
    return change


class Change(typing.NamedTuple):
    """rule: 'equal' (the same words), 'symptom' (the same symptom; the causes may become more), 'weaken' (evidence.py)."""
    name: str
    fn: typing.Callable
    rule: str
    fits: typing.Callable = lambda trace: True


CHANGES = [
    Change('shift', change_of(shift), 'equal'),
    Change('drop a tenth', change_of(drop), 'weaken'),
    Change('cut the start', change_of(cut_start), 'weaken'),
    Change('cut the end', change_of(cut_end), 'weaken'),
    Change('drop SYN-ACKs', change_of(drop_synacks), 'weaken'),
    Change('drop first SYN', change_of(drop_first(is_bare_syn)), 'weaken'),
    Change('drop first client ACK', change_of(drop_first(is_client_ack)), 'weaken'),
    Change('drop first data', change_of(drop_first(lambda p: p.payload)), 'weaken'),
    Change('client side only', change_of(one_way(True)), 'weaken'),
    Change('server side only', change_of(one_way(False)), 'weaken'),
    Change('duplicate', change_of(duplicate), 'symptom'),
    Change('reorder within 1 ms', change_of(reorder(MS)), 'weaken'),
    Change('reorder within 3 ms', change_of(reorder(3 * MS)), 'weaken'),
    Change('snaplen 96', cut_packets(96), 'weaken'),
    Change('snaplen 64', cut_packets(64), 'weaken'),
    Change('snaplen 54', cut_packets(54), 'weaken'),
    Change('raw IP', to_raw, 'symptom', ethernet_with_ip),
    Change('SLL2', to_sll2, 'symptom', ethernet_with_ip),
    Change('super-frames', super_frames(False), 'symptom'),
    Change('super-frames of length 0', super_frames(True), 'symptom'),
]


# --- what may become of a verdict -----------------------------------------------------------------------------------------

# What these rest on stands in the payload, of which text shows little.
OF_PAYLOAD = {'tls-failed', 'wrong-service', 'service-error'}

# The same fault, told by less: without the SACK that shows what passed, nobody knows that only the large ones are lost.
LESS_EXACT = {'only-large-segments-lost': 'data-unanswered', 'reset-after-connect': 'reset-mid-stream'}


# Silence that did not last long enough to be one.
WATCHED_LESS = {'silent-after-connect': 'none'}


def same_words(a, b):
    return (a.symptom, a.cause, a.causes, a.certainty, a.body['verdict']['place'], a.facts) == \
        (b.symptom, b.cause, b.causes, b.certainty, b.body['verdict']['place'], b.facts)


def turned(before, after, items_before, items_after):
    """Why the one cannot become the other by taking packets away; '' when it can. See evidence.py."""
    if after.symptom in (before.symptom, 'not-enough-seen', LESS_EXACT.get(before.symptom)):
        return ''
    now = against(after.symptom, View(items_after, after.client))
    if now:
        return f'{now} stands against it'
    if after.symptom == 'reset-mid-stream' and after.body['flow']['opening'] == 'midstream' and \
            after.body['flow']['packets'] <= 2:
        return '' # all that is left of it is a RST for a stray ACK
    if before.symptom in OF_PAYLOAD:
        return '' # what evidence.py does not read was taken away
    if before.symptom in FAILING and against(before.symptom, View(items_after, after.client)):
        return '' # it was what stood before this one: a RST that ended data which nobody acknowledged
    if after.symptom in FAILING and not against(after.symptom, View(items_before, before.client)):
        return 'nothing that was taken away explains it'
    return ''


def lost_cause(before, after):
    """The likeliest cause must stay in the set while the symptom stays, unless its evidence was taken away, or what is no
    more seen rules it out, which is a fact of absence."""
    if after.symptom not in (before.symptom, LESS_EXACT.get(before.symptom)) or not before.cause or \
            before.cause in after.causes:
        return ''
    by = after.out.get(before.cause, 'nothing')
    if by in OF_ABSENCE and by not in before.facts:
        return ''
    if by.startswith('no ') or before.facts - after.facts - OF_ABSENCE:
        return '' # the evidence for it is what was taken away
    return f'the cause {before.cause} is ruled out by {by}'


def compare_flow(checks, change, told, after, groups):
    """One flow, before and after."""
    before_items, after_items = groups
    checks.count += 1
    problem = ''
    for a in after:
        if a.certainty == 'proven' and told.certainty != 'proven':
            problem = 'proven by a change'
        elif a.certainty == 'inferred' and told.causes and not a.causes <= told.causes:
            problem = f'inferred, and was not even suspected: {a.cause}'
        elif a.symptom in FAILING and told.causes and not a.causes:
            problem = f'a failure without one cause: {a.symptom}'
        elif change.rule == 'equal' and not same_words(told, a):
            problem = 'not the same words'
        elif change.rule == 'symptom' and a.symptom != told.symptom:
            problem = 'another symptom'
        elif change.rule == 'symptom' and told.causes - a.causes and not (told.facts ^ a.facts):
            problem = f'causes lost: {sorted(told.causes - a.causes)}'
        elif change.rule == 'weaken':
            problem = turned(told, a, before_items, after_items) or lost_cause(told, a)
            same = {told.symptom, 'not-enough-seen', 'reset-mid-stream'} if not change.name.startswith('reorder') else {'not-enough-seen'}
            if not problem and len(after) > 1 and not {a.symptom for a in after} <= same:
                problem = 'one flow became several'
            if a.symptom != told.symptom and not problem:
                checks.weaker[change.name] += 1
        if problem:
            return problem
    if change.rule != 'weaken' and len(after) != 1:
        return 'one flow became several' if after else 'the flow is gone'
    return ''


def compare(checks, change, before, after, options):
    groups_before, groups_after = before.by_key(), after.by_key()
    told_after = grouped(after.told)
    for key, told in before.flows.items():
        now = told_after.pop(key, [])
        if len(told) > 1:
            compare_many(checks, change, key, told, now)
            continue
        if key[0] in ('arp', 'nd') and change.name in ('raw IP', 'SLL2'):
            continue
        problem = compare_flow(checks, change, told[0], now, (groups_before.get(key, []), groups_after.get(key, [])))
        if problem:
            checks.fail(change.name, f'{before.name} {" ".join(options)} {flow_text(key)}: {problem}', f'before {told[0]}',
                        *(f'after  {a}' for a in now), keep=(key, before, after),
                        sort=f'{told[0].symptom} > {" + ".join(sorted(a.symptom for a in now))}: {problem}')
    for key, now in told_after.items():
        definite = [a for a in now if a.symptom not in ('none', 'not-enough-seen')]
        if change.rule != 'weaken' or definite:
            checks.fail(change.name, f'{before.name}: a flow that was not there: {flow_text(key)}', *map(str, now))


def compare_many(checks, change, key, told, now):
    """Several flows between the same ends (a port used again, a resolver's queries): which is which is not asked."""
    checks.count += 1
    if change.rule == 'weaken':
        return
    was, is_now = sorted(t.symptom for t in told), sorted(t.symptom for t in now)
    if was != is_now:
        checks.fail(change.name, f'{flow_text(key)}: several flows', f'before {was}', f'after  {is_now}', sort='several flows')


def vantage_options(rng):
    return rng.choice([(), (), 'client', 'server'])


def explain_trace(checks, trace, at, path):
    trace.write(path)
    files = ['--at', f'{at}={path}'] if at else [path]
    run = checks.explain(files)
    trace.told = run.flows
    trace.flows = grouped(run.flows)
    return run


def metamorphic(checks, trace, rng, only):
    at = vantage_options(rng)
    run = explain_trace(checks, trace, at, checks.folder / 'before.pcap')
    if not checks.check(not run.error, 'reading', f'{trace.name}: {run.error}'):
        return
    for change in CHANGES:
        if only in change.name and trace.items and change.fits(trace):
            after = change.fn(trace, rng)
            run = explain_trace(checks, after, at, checks.folder / 'after.pcap')
            if checks.check(not run.error, change.name, f'{trace.name}: {run.error}'):
                compare(checks, change, trace, after, [f'at {at}'] if at else [])


# --- several files ----------------------------------------------------------------------------------------------------------

def told_equal(checks, name, before, run, note=''):
    """The same flows, with the same words."""
    if not checks.check(not run.error, name, run.error):
        return
    after = grouped(run.flows)
    for key, told in before.items():
        now = after.pop(key, [])
        checks.count += 1
        if len(told) != len(now) or not all(map(same_words, told, now)):
            checks.fail(name, f'{flow_text(key)} {note}', *(f'before {t}' for t in told), *(f'after  {t}' for t in now),
                        *(f'facts  {sorted(t.facts ^ n.facts)}' for t, n in zip(told, now) if t.facts != n.facts))
    checks.check(not after, name, f'flows that were not there {note}: {[flow_text(k) for k in after]}')


def in_pieces(checks, trace, rng):
    """Split in order, the flows go on in the next file; apart by flows and merged again, nothing is changed."""
    at = rng.randrange(len(trace.items) + 1)
    parts = [trace.write(checks.folder / 'first.pcap', trace.items[:at]),
             trace.write(checks.folder / 'second.pcap', trace.items[at:])]
    told = checks.explain(parts)
    if checks.check(not told.error, 'split', told.error):
        # Where a second or more is between the two, the capture may have stood still: less is known of the end.
        now = grouped(told.flows)
        for key, flows in trace.flows.items():
            checks.count += 1
            pairs = list(zip(flows, now.get(key, [])))
            if len(now.get(key, [])) != len(flows) or any(
                    b.symptom not in (a.symptom, 'not-enough-seen', WATCHED_LESS.get(a.symptom)) or b.facts - a.facts - OF_ABSENCE for a, b in pairs):
                checks.fail('split', f'{trace.name} at {at}: {flow_text(key)}', *(f'before {f}' for f in flows),
                            *(f'after  {f}' for f in now.get(key, [])))

    def half(key):
        return (key[1][1] + key[2][1]) & 1
    sides = ([], [])
    for i in trace.items:
        sides[half(key_of(i.packet)) if i.packet else 0].append(i)
    order = {id(i.record): n for n, i in enumerate(trace.items)}
    merged = sorted(sides[0] + sides[1], key=lambda i: (i.record.ns, order[id(i.record)]))
    if [i.record.ns for i in trace.items] == [i.record.ns for i in merged]:
        told_equal(checks, 'merge', trace.flows, checks.explain([trace.write(checks.folder / 'm.pcap', merged)]), trace.name)
    parts = [trace.write(checks.folder / f'side{n}.pcap', side) for n, side in enumerate(sides) if side]
    told = checks.explain(parts)
    if checks.check(not told.error, 'two captures', told.error):
        was = collections.Counter((k, t.symptom) for k, flows in trace.flows.items() for t in flows)
        now = collections.Counter((t.key, t.symptom) for t in told.flows)
        for key, symptom in was - now:
            checks.count += 1
            others = [t.symptom for t in told.flows if t.key == key]
            if len(others) == 1 and len(trace.flows[key]) == 1 and \
                    others[0] not in ('not-enough-seen', WATCHED_LESS.get(symptom)):
                checks.fail('two captures', f'{trace.name}: {flow_text(key)}: {symptom} became {others}')


def in_formats(checks, trace):
    capture = pk.Capture(trace.link, [i.record for i in trace.items])
    nano = trace.nano
    path = checks.folder / 'format'
    writers = [('pcapng', lambda: pk.write_pcapng(path, capture, nano=nano)),
               ('pcap, the other byte order', lambda: pk.write_pcap(path, capture, nano=nano, order='>')),
               ('pcapng, the other byte order', lambda: pk.write_pcapng(path, capture, nano=nano, order='>')),
               ('nanosecond pcap', lambda: pk.write_pcap(path, capture, nano=True))]
    if not nano:
        writers.append(('gz', lambda: pk.write_gz(path, capture)))
    for name, write in writers:
        write()
        told_equal(checks, name, trace.flows, checks.explain([path]), trace.name)


def without_places(body):
    text = json.dumps(body, sort_keys=True)
    return text


def determined(checks, trace):
    path = trace.write(checks.folder / 'again.pcap')
    one, two, whole = checks.explain([path]), checks.explain([path]), checks.explain([path], form='--json')
    checks.check(one.text == two.text, 'twice', f'{trace.name}: the output is not the same twice')
    rows, flows = [t.body for t in one.flows], [t.body for t in whole.flows]
    checks.check(rows == flows, 'JSON and JSONL', f'{trace.name}: {len(rows)} and {len(flows)} flows differ')
    same = {k: v for k, v in one.last.items() if k != 'problems'} == \
        {k: whole.last.get(k) for k in one.last if k != 'problems'}
    checks.check(same, 'JSON and JSONL', f'{trace.name}: the summaries differ', str(one.last), str(whole.last.get('summary')))


# --- text ---------------------------------------------------------------------------------------------------------------------

TEXTS = [('-nn', '-S'), ('-nn',), ('-nn', '-tttt'), ('-nn', '-v'), ('-nn', '-e'), ('-nn', '-S', '-vv', '-e', '-tttt')]
DAY_MOST = 6 * 3600 * SECOND # within a day, time without a date goes forward


def text_excuse(trace, told, options):
    """Why the text may say less: it does not show the link's addresses without -e, nor what an ICMP error quotes without
    -v, nor the date without -tttt."""
    times = [i.record.ns for i in trace.items]
    if told.symptom == 'arp-unanswered' and '-e' not in options:
        return 'whether the asker would hear an answer'
    unnamed = {'icmp-ttl-exceeded', 'icmp-reassembly-exceeded'} & told.facts and not {'-v', '-vv'} & set(options)
    if told.body['flow']['opening'] == 'quoted' or unnamed:
        return 'the quoted packet'
    if max(times) - min(times) > DAY_MOST and '-tttt' not in options:
        return 'the date'
    return ''


def as_text(checks, trace, only, note=''):
    if not shutil.which('tcpdump'):
        return False
    path = trace.write(checks.folder / 'text.pcap')
    for options in TEXTS if not note else TEXTS[:1]:
        name = 'tcpdump ' + ' '.join(options) + note
        if only not in name:
            continue
        run = subprocess.run(['tcpdump', *options, '-r', str(path)], capture_output=True, check=False, timeout=60,
                             env=checks.environment)
        text = checks.folder / 'text.txt'
        text.write_bytes(run.stdout)
        if not run.stdout:
            continue
        told = checks.explain([text])
        if not checks.check(not told.error, name, f'{trace.name}: {told.error}'):
            continue
        after = grouped(told.flows)
        for key, flows in trace.flows.items():
            checks.count += 1
            was, now = [sorted(t.symptom for t in some) for some in (flows, after.pop(key, []))]
            less = {'not-enough-seen'} | {'syn-unanswered', 'none'} if 'icmp-error' in flows[0].facts else {'not-enough-seen'}
            said_less = set(now) <= set(was) | less and any(text_excuse(trace, f, options) for f in flows)
            if was != now and not said_less and not OF_PAYLOAD.intersection(was):
                checks.fail(name, f'{trace.name} {flow_text(key)}', f'capture {[str(f) for f in flows]}', f'text    {now}',
                            keep=(key, trace, None), sort=f'{" + ".join(was)} > {" + ".join(now)}')
        checks.check(not after, name, f'{trace.name}: flows that were not there: {[flow_text(k) for k in after][:5]}')
    return True


# --- damage -------------------------------------------------------------------------------------------------------------------

def damaged(data, rng):
    """A damaged copy, and whether most of it is intact."""
    data = bytearray(data)
    if rng.random() < 0.3:
        at = rng.randrange(len(data) + 1)
        return bytes(data[:at]), at > len(data) // 2
    flips = rng.choice([1, 1, 3, 20, len(data) // 50 + 1])
    for _ in range(flips):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data), flips <= 3


def robust(checks, data, name, rng, magic):
    """magic: bytes at the front without which nothing can be read."""
    broken, intact = damaged(data, rng)
    path = checks.folder / 'broken'
    path.write_bytes(broken)
    run = checks.explain([path], form=rng.choice(['--jsonl', '--json']))
    if not checks.check(not run.error, 'damage', f'{name}: {run.error}') and checks.keep:
        shutil.copy(path, checks.keep / f'{checks.wrong:03}-damage')
    if intact and broken[:magic] == data[:magic]:
        if not checks.check(run.flows or run.error, 'damage', f'{name}: no flow is left of {len(broken)} bytes') and checks.keep:
            shutil.copy(path, checks.keep / f'{checks.wrong:03}-nothing-left')


def robustness(checks, traces, rng, rounds):
    files = []
    for trace in traces:
        capture = pk.Capture(trace.link, [i.record for i in trace.items[:300]])
        if len(capture.records) < 5:
            continue
        files.append((trace.name + ' pcap', pk.pcap_bytes(capture), 24))
        files.append((trace.name + ' pcapng', pk.pcapng_bytes(capture), 48))
        if shutil.which('tcpdump'):
            path = trace.write(checks.folder / 'text.pcap', trace.items[:300])
            text = subprocess.run(['tcpdump', '-nn', '-r', str(path)], capture_output=True, check=False).stdout
            if text:
                files.append((trace.name + ' text', text, 0))
    for _ in range(rounds):
        name, data, magic = rng.choice(files)
        robust(checks, data, name, rng, magic)


# --- the generator's truth -----------------------------------------------------------------------------------------------------

def generated(checks, seed, flows):
    compiler = shutil.which('cc') or shutil.which('gcc') or shutil.which('clang')
    if not compiler:
        print('skipped: generated traffic (no C compiler)')
        return None
    program = checks.folder / 'generate'
    if not program.exists():
        sources = [ROOT / 'bench/generate.c', *sorted((ROOT / 'bench/generate').glob('*.c'))]
        subprocess.run([compiler, '-O1', '-D_GNU_SOURCE', *map(str, sources), '-o', str(program)], check=True)
    capture, truth = checks.folder / f'generated-{seed}.pcap', checks.folder / 'truth.tsv'
    subprocess.run([str(program), '--flows', str(flows), '--seed', str(seed), str(capture), str(truth)], check=True,
                   capture_output=True)
    right = collections.defaultdict(list)
    for line in truth.read_text(encoding='ascii').splitlines():
        proto, client, cport, server, sport, _, scenario, symptoms = line.split('\t')
        ends = [(pk.address_bytes(client), int(cport.replace('-', '0'))), (pk.address_bytes(server), int(sport.replace('-', '0')))]
        if proto == 'icmp' and len(ends[0][0]) == 16:
            proto = 'icmp6'
        right[(proto, *sorted(ends))].append((scenario, symptoms.split('/'), ends[0]))
    run = checks.explain([capture])
    said = grouped(run.flows)
    for key, rows in right.items():
        told = said.pop(key, [])
        checks.count += 1
        if len(rows) == 1 and not (len(told) == 1 and told[0].symptom in rows[0][1] and told[0].client == rows[0][2]):
            checks.fail('truth', f'generated, seed {seed}: {flow_text(key)}: {rows[0][0]} is {"/".join(rows[0][1])}', *map(str, told),
                        sort=rows[0][0])
    checks.check(not said, 'truth', f'flows that were not there: {[flow_text(k) for k in said]}')
    return Trace.read(capture)


def conversations(checks, rng, count):
    """Some of the golden cases, as captures."""
    paths = sorted((ROOT / 'tests/cases').glob('*/*.conv'))
    for path in rng.sample(paths, min(count, len(paths))):
        capture = checks.folder / f'{path.parent.name}-{path.stem}.pcap'
        subprocess.run([sys.executable, str(ROOT / 'tests/lib/conversation.py'), str(path), str(capture)], check=True)
        yield Trace.read(capture)


def captures_of(paths):
    for path in map(pathlib.Path, paths):
        yield from sorted(p for p in path.rglob('*') if p.suffix in ('.pcap', '.cap')) if path.is_dir() else [path]


def arguments_of():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('kiriwake')
    parser.add_argument('captures', nargs='*')
    parser.add_argument('--rounds', type=int, default=1)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--flows', type=int, default=600, help='of the generated traffic, each round')
    parser.add_argument('--cases', type=int, default=20, help='of tests/cases, each round')
    parser.add_argument('--damaged', type=int, default=150, help='damaged files, each round')
    parser.add_argument('--keep', help='folder for the packets of what is wrong')
    parser.add_argument('--only', default='', help='changes with this word in their name')
    return parser.parse_intermixed_args()


def main():
    arguments = arguments_of()
    with tempfile.TemporaryDirectory() as folder:
        checks = Checks(arguments, pathlib.Path(folder))
        given = [t for t in map(Trace.read, captures_of(arguments.captures)) if t]
        for n in range(arguments.rounds):
            checks.seed = arguments.seed + n
            rng = random.Random(checks.seed)
            made = generated(checks, checks.seed, arguments.flows)
            traces = given + ([made] if made else []) + list(conversations(checks, rng, arguments.cases))
            for trace in traces:
                metamorphic(checks, trace, rng, arguments.only)
                run = explain_trace(checks, trace, (), checks.folder / 'before.pcap')
                if run.error or not trace.items:
                    continue
                if arguments.only in 'split merge two captures':
                    in_pieces(checks, trace, rng)
                if arguments.only in 'formats':
                    in_formats(checks, trace)
                    determined(checks, trace)
                if not as_text(checks, trace, arguments.only) and trace is traces[0]:
                    print('skipped: text (no tcpdump)')
                short = cut_packets(96)(trace, rng)
                if not explain_trace(checks, short, (), checks.folder / 'before.pcap').error:
                    as_text(checks, short, arguments.only, ', snaplen 96')
            if arguments.only in 'damage':
                robustness(checks, traces, rng, arguments.damaged)
        print('weaker after: ' + ', '.join(f'{k} {v}' for k, v in sorted(checks.weaker.items())))
        for (change, sort), count in checks.kinds.most_common():
            print(f'{count:6} wrong: {change}: {sort}')
    print(f'{checks.count} checks, {checks.wrong} wrong')
    return 1 if checks.wrong or not checks.count else 0


if __name__ == '__main__':
    sys.exit(main())

#!/usr/bin/python3
"""Compares `kiriwake explain --json` with captures whose flows somebody else judged.

usage: truth.py KIRIWAKE FOLDER     (FOLDER/NAME.pcap beside FOLDER/NAME.tsv)

The truth is a table: proto, client, port, server, port, outcome, how known, attributes. Its outcomes are tshark's view of
the packets, so ALLOWED says which symptoms mean the same, and DISAGREE lists where the packets show more than the table.
"""
import collections
import csv
import json
import pathlib
import re
import subprocess
import sys

ALLOWED = [
    (r'no-answer-syn$', {'syn-unanswered'}),
    (r'refused-rst$', {'refused-by-rst'}),
    (r'icmp-', {'refused-by-icmp'}),
    (r'synack-no-ack$', {'handshake-incomplete', 'synack-unanswered'}),
    (r'reset-(by-(client|server)-)?before-data$', {'reset-after-connect'}),
    (r'(reset-by-(client|server)|midstream-reset)$', {'reset-mid-stream'}),
    (r'one-way-or-gap$', {'none', 'not-enough-seen'}),
    (r'(one-way-client|synack-only|midstream|midstream-closed|echo-reply-only|udp-one-way)$', {'not-enough-seen'}),
    (r'(ok-|half-closed|reset-by-(client|server)-after-fin|dns-ok|udp-ok|echo-ok)', {'none'}),
    (r'udp-icmp-', {'udp-refused-by-icmp'}),
    (r'dns-(nxdomain|servfail|refused)', {'name-not-resolved'}),
    (r'dns-no-answer', {'udp-unanswered', 'not-enough-seen'}),
]

# (file, client port): what we say, and the packets that show it.
DISAGREE = {
    ('zeek-tls12-handshake-failure', '53525'): ('tls-failed', 'the server sends a fatal handshake_failure alert and closes'),
    ('zeek-http-to-ssh', '40896'): ('wrong-service', 'the client sends GET, the server answers with an SSH banner'),
    # tshark dissects the packet samples inside an sFlow datagram (frame 87); they never were on this wire.
    ('suri-filestore-fragneeded', '443'): (None, 'a sample inside an sFlow datagram, not a packet of this capture'),
    ('suri-filestore-fragneeded', ''): (None, 'a sample inside an sFlow datagram, not a packet of this capture'),
}

kiriwake, folder = sys.argv[1], pathlib.Path(sys.argv[2])
compared = wrong = listed = 0


def allowed(row):
    outcome = row['outcome']
    for pattern, symptoms in ALLOWED:
        if re.match(pattern, outcome):
            goes_on = re.search(r'capture-goes-on=([\d.]+)s', row.get('attributes') or '')
            if outcome == 'no-answer-syn' and goes_on and float(goes_on[1]) < 1:
                return {'not-enough-seen'}
            return symptoms
    sys.exit(f'truth.py: no mapping for the outcome {outcome}')


def key(proto, a, ap, b, bp):
    ends = sorted([(a, str(ap or '')), (b, str(bp or ''))])
    return ('udp' if proto == 'dns' else proto.replace('icmp6', 'icmp'), *ends)


for table in sorted(folder.glob('*.tsv')):
    if table.stem == 'INDEX':
        continue
    capture = next(p for p in folder.glob(table.stem + '.pcap*'))
    run = subprocess.run([kiriwake, 'explain', '--json', '--color', 'never', str(capture)],
                         capture_output=True, text=True, check=False)
    flows = collections.defaultdict(list)
    for f in json.loads(run.stdout)['flows']:
        i = f['flow']
        port = {True: lambda e: '', False: lambda e: e['port']}[i['transport'].startswith('icmp')]
        flows[key(i['transport'], i['client']['address'], port(i['client']),
                  i['server']['address'], port(i['server']))].append(f)
    with open(table, encoding='utf-8') as t:
        rows = list(csv.DictReader(t, delimiter='\t'))
    for row in rows:
        compared += 1
        found = flows[key(row['proto'], row['client_ip'], row['client_port'], row['server_ip'], row['server_port'])]
        said = [f['verdict']['symptom'] for f in found]
        if any(s in allowed(row) for s in said):
            found.remove(found[[s in allowed(row) for s in said].index(True)])
            continue
        known = DISAGREE.get((table.stem, row['client_port']))
        if known and (known[0] in said or (known[0] is None and not said)):
            listed += 1
            print(f'{table.stem}: {row["client_ip"]}:{row["client_port"]}: {row["outcome"]} in the table, '
                  f'{known[0] or "no flow"} here: {known[1]}')
            continue
        wrong += 1
        print(f'{table.stem}: {row["proto"]} {row["client_ip"]}:{row["client_port"]} > {row["server_ip"]}:'
              f'{row["server_port"]}: {row["outcome"]} is {said or "no flow"} here ({row.get("attributes")})')

print(f'{compared} flows compared, {wrong} wrong, {listed} disagreements listed')
sys.exit(1 if wrong or not compared else 0)

#!/usr/bin/python3
"""What an operator types, right and wrong: exit statuses, messages, languages.

usage: commands.py KIRIWAKE
"""
import contextlib
import gzip
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time

tests = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(tests / 'lib'))

import alone  # noqa: E402

kiriwake = str(pathlib.Path(sys.argv[1]).resolve())
stories = tests / 'stories'
bad = str(stories / '1-manager-bad.txt')
good = str(stories / '1-ssh-good.txt')
environment = dict(os.environ, LC_ALL='C.UTF-8', LANGUAGE='', TZ='UTC')
checked, wrong = 0, []


def run(*arguments, stdin=b'', env=None):
    done = subprocess.run([kiriwake, *arguments], input=stdin, capture_output=True, check=False,
                          env={**environment, **(env or {})}, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def check(name, is_so, got):
    global checked
    checked += 1
    if not is_so:
        wrong.append(f'{name}: {got}')


def status(expected, *arguments, says='', **more):
    got = run(*arguments, **more)
    check(f'kiriwake {" ".join(arguments)} should give {expected} {says!r}', got[0] == expected and says in got[1] + got[2], got)


# Statuses that a script can rely on.
status(0, '--help', says='explain')
status(0, 'explain', '--help', says='--at client=FILE')
status(0, '--version', says='kiriwake 0')
status(2, says='usage')
status(1, 'explain', bad, says='syn-unanswered')
status(0, 'explain', good, says='healthy')
status(1, 'explain', good, bad, says='flows: 2')
status(1, 'explain', '--summary', bad, says='syn-unanswered')
status(0, 'causes', says='no-listener')
status(0, 'causes', 'no-listener', says='ss -')

# What a tired operator types.
status(2, 'explian', bad, says='there is no command "explian"')
status(2, 'explain', '--servr', bad, says='unknown option --servr')
status(2, 'explain', '/nonexistent.pcap', says='No such file')
status(2, 'explain', '/etc', says='/etc')
status(2, 'explain', '--at', 'sever=' + bad, says='--at takes')
status(2, 'explain', '--at', says='needs a value')
status(2, 'explain', '--lang', 'jp', bad, says='en or ja')
status(2, 'explain', '--color', 'blue', bad, says='auto, always or never')
status(2, 'explain', '--max-flows', 'many', bad, says='many')
status(2, 'causes', 'no-listner', says='no-listner')
status(2, 'read', says='no FILE')
status(2, 'read', bad, says='explain')
status(2, 'explain', '/etc/hostname', says='neither a capture nor')
status(2, 'explain', stdin=b'hello\n', says='neither a capture nor')
status(2, 'explain', kiriwake, says='neither a capture nor')

# The packet filter: from files, from standard input, and what is wrong with them.
rules = str(tests / 'rulesets/story2/rules.v4')
boot = ['--root', str(tests / 'rulesets/story2/boot')]
status(0, 'firewall', '--help', says='iptables -L')
for part in ('show', 'trace', 'audit', 'diff'):
    status(0, 'firewall', part, '--help', says=f'firewall {part}')
status(2, 'firewall', says='show, trace, audit or diff')
status(2, 'firewall', 'shwo', says='shwo')
status(2, 'firewall', 'show', '--sav', rules, says='unknown option --sav')
status(2, 'firewall', 'show', '/nonexistent.v4', says='No such file')
status(2, 'firewall', 'diff', rules, says='two rulesets')
status(2, 'firewall', 'diff', rules, rules, rules, says='two rulesets')
status(0, 'firewall', 'diff', rules, rules)
status(0, 'firewall', 'diff', rules, '--', rules)
status(1, 'firewall', 'diff', *boot, rules, 'boot', says='dport=23')
status(1, 'firewall', 'audit', rules, says='rule 5')
status(1, 'firewall', 'trace', rules, '--packet', 'dst=192.168.30.2 tcp dport=23', says='icmp-host-prohibited')
status(0, 'firewall', 'trace', rules, '--packet', 'dst=192.168.30.2 tcp dport=22', says='rule 4')
status(0, 'firewall', 'show', '-', stdin=pathlib.Path(rules).read_bytes(), says='reject-with')
status(0, 'firewall', 'show', *boot, 'boot', says='iptables-services')
status(2, 'firewall', 'show', '-', stdin=b'*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dprot 22 -j ACCEPT\nCOMMIT\n', says='^')
saved = run('firewall', 'show', '--save', rules)[1]
check('--save gives the save file back', run('firewall', 'show', '--save', '-', stdin=saved.encode())[1] == saved, saved)
check('-6 leaves IPv4 out', 'ip filter' not in run('firewall', 'show', '-6', rules)[1], 'IPv4')

# The rules of the server name the one to blame.
telnet = str(stories / '2-telnet-bad.txt')
status(1, 'explain', '--ruleset', rules, telnet, says='inferred, on the server')
status(1, 'explain', '--ruleset', rules, '--at', 'server=' + telnet, says='proven, on the server')
status(1, 'explain', '--ruleset', rules, '--at', 'server=' + telnet, says='INPUT rule 5')
status(1, 'explain', '--ruleset', str(tests / 'rulesets/centos6/rules.v4'), '--at', 'server=' + telnet,
       says='firewall-catchall-reject')
status(1, 'explain', '--ruleset', str(tests / 'rulesets/ufw/rules.v4'), telnet, says='otherwise than was seen')
status(1, 'explain', '--ruleset', str(tests / 'rulesets/ufw/rules.v4'), '--at', 'server=' + bad,
       says='INPUT policy')
status(2, 'explain', '--ruleset', '/nonexistent.v4', telnet, says='No such file')

# Why can't I reach it? What is wrong with the question is said before anything is sent.
status(0, 'check', '--help', says='--server-name')
status(0, 'server', '--help', says='--host CASE')
status(2, 'server', '22', '--probe', says='of which?')
status(2, 'server', '22', '--probe', '--no-wait', '--from', '192.0.2.1', says='--no-wait and --host ask for none')
status(2, 'server', '22', '--from', '192.0.2.1%kiriwake9', says='no device "kiriwake9"')
status(2, 'server', '22', '--host', bad, says='it is no saved host')
status(2, 'server', '22', '--host', str(stories), says='No such file')
status(2, 'server', '22', '--host', str(stories), '--save', 'case', says='there is nothing to write')
for words, hint in ((('check',), 'what is to be reached'), (('chekc', '127.0.0.1:1'), 'kiriwake check'), (('127.0.0.1/tcp',), 'tcp://127.0.0.1:PORT?'),
                    (('127.0.0.1:22/udp',), 'udp://127.0.0.1:22?'), (('check', '127.0.0.1', '22/tcp'), 'tcp/22'), (('127.0.0.1:99999',), '65535'),
                    (('127.0.0.1:0',), '65535'), (('check', '127.0.0.1'), '127.0.0.1:PORT'), (('check', '2001:db8::1'), '[2001:db8::1]:PORT'),
                    (('127.0.0.1:1', '127.0.0.2:1'), 'one target'), (('check', 'a', '1', '2'), 'one target'), (('check', 'a:1', '2'), 'twice'),
                    (('check', 'nosuch://a:1'), 'tcp://'), (('check', 'a:nosuchservice'), 'nosuchservice'), (('check', ':22'), 'no host'),
                    (('check', '[::1:22'), '[ADDRESS]:PORT'), (('check', '300.1.1.1:22'), 'neither a name nor'), (('check', 'a b:22'), 'neither a name nor'),
                    (('check', '-4', '[::1]:22'), '-4'), (('check', '-6', '127.0.0.1:22'), '-6'), (('check', 'a:1', '--control', 'x'), '--control takes'),
                    (('check', 'a:1', '--source', 'b'), '--source takes'), (('check', 'a:1', '--count', '0'), '--count takes'),
                    (('check', 'a:1', '--timeout', 'soon'), '--timeout takes'), (('check', 'a:1', '--save'), 'needs a value'),
                    (('check', 'a:1', '--nosuch'), 'unknown option --nosuch'), (('check', '127.0.0.1:1', '--pcap', '/nonexistent/a'), 'cannot write'),
                    (('check', '127.0.0.1:1', '--save', '/nonexistent/a'), 'cannot make'), (('explain', '/'), 'case.json')):
    status(2, *words, says=hint)

# Standard input, packed, and colour.
text = pathlib.Path(bad).read_bytes()
status(1, 'explain', stdin=text, says='#1 09:47:47.950297')
status(1, 'explain', '-', stdin=gzip.compress(text), says='#1 09:47:47.950297')
check('colour only when it is asked for', '\x1b[' not in run('explain', bad)[1], 'escapes')
check('--color always colours', '\x1b[' in run('explain', '--color', 'always', bad)[1], 'no escapes')
check('NO_COLOR is obeyed', '\x1b[' not in run('explain', bad, env={'NO_COLOR': '1'})[1], 'escapes')

# Languages: ids stay, sentences change, and without any Japanese locale installed.
ja = run('explain', '--lang', 'ja', bad)
check('--lang ja speaks Japanese', any('\u3040' <= c <= '\u30ff' for c in ja[1]), ja[1][:200])
check('ids are never translated', 'syn-unanswered' in ja[1] and 'firewall-drop-silent' in ja[1], ja[1][:200])
check('--lang ja before the command', run('--lang', 'ja', 'explain', bad)[1] == ja[1], 'differs')
check('LANGUAGE is obeyed', run('explain', bad, env={'LANGUAGE': 'ja'})[1] == ja[1], 'differs')

# A hostile name must not move the cursor.
hostile = '12:00:00.0 IP 10.9.8.7.4000 > 10.9.8.6.53: 1+ A? a\x1b[2J\x07b.example. (20)\n' \
          '12:00:09.0 IP 10.9.8.7.4001 > 10.9.8.6.53: 2+ A? c.example. (20)\n'
out = run('explain', '--all', stdin=hostile.encode())
check('control characters do not come out', '\x1b' not in out[1] and '\x07' not in out[1], out[1])

# A full disk is not success.
with open('/dev/full', 'wb') as full:
    done = subprocess.run([kiriwake, 'explain', bad], stdout=full, stderr=subprocess.DEVNULL, check=False, env=environment)
    check('a full disk is told by the status', done.returncode == 3, done.returncode)

# Two vantages: the same attempt at both ends, joined by its initial sequence number; clocks differ by an hour.
with tempfile.TemporaryDirectory() as folder:
    def talk(hour, minute, port, isn, answered):
        t = f'{hour}:{minute:02}:'
        lines = [f'{t}00.0 IP 10.4.0.9.{port} > 10.9.0.2.8443: Flags [S], seq {isn}, win 64240, options [mss 1460], length 0']
        if answered:
            lines += [f'{t}00.1 IP 10.9.0.2.8443 > 10.4.0.9.{port}: Flags [S.], seq 9{isn}, ack {isn + 1}, win 65160, options [mss 1460], length 0',
                      f'{t}00.2 IP 10.4.0.9.{port} > 10.9.0.2.8443: Flags [.], ack 1, win 502, length 0',
                      f'{t}00.3 IP 10.4.0.9.{port} > 10.9.0.2.8443: Flags [F.], seq 1, ack 1, win 502, length 0',
                      f'{t}00.4 IP 10.9.0.2.8443 > 10.4.0.9.{port}: Flags [F.], seq 1, ack 2, win 502, length 0',
                      f'{t}00.5 IP 10.4.0.9.{port} > 10.9.0.2.8443: Flags [.], ack 2, win 502, length 0']
        else:
            lines += [lines[0].replace('00.0', '01.0'), lines[0].replace('00.0', '03.0')]
        return '\n'.join(lines) + '\n'

    client, server = pathlib.Path(folder) / 'client.txt', pathlib.Path(folder) / 'server.txt'
    client.write_text(talk(12, 0, 4001, 100, True) + talk(12, 1, 4002, 200, False) + talk(12, 2, 4003, 300, True))

    def judged():
        said = json.loads(run('explain', '--json', '--at', f'client={client}', '--at', f'server={server}')[1])
        v = next(f['verdict'] for f in said['flows'] if f['flow']['vantage'] == 'client' and f['flow']['client']['port'] == 4002)
        return v, {v['cause'], *(a['cause'] for a in v['alternatives'])}

    server.write_text(talk(13, 0, 4001, 100, True) + talk(13, 2, 4003, 300, True))
    v, causes = judged()
    check('a SYN that never reached the server clears the server', v['symptom'] == 'syn-unanswered' and
          'firewall-drop-silent' not in causes and 'firewall-forward-drop' in causes, v)
    server.write_text(talk(13, 0, 4001, 100, True) + talk(13, 1, 4002, 200, False) + talk(13, 2, 4003, 300, True))
    v, causes = judged()
    check('a SYN that reached the server clears the path', v['place'] == 'server' and 'firewall-drop-silent' in causes and
          'firewall-forward-drop' not in causes, v)

# The limit on flows: none is lost, all are counted.
with tempfile.TemporaryDirectory() as folder:
    many = pathlib.Path(folder) / 'many.txt'
    many.write_text(''.join(f'12:{i // 60 % 60:02}:{i % 60:02}.0 IP 10.9.8.7.{2000 + i} > 10.9.8.6.99: Flags [S], seq {i}, win 9, length 0\n'
                            for i in range(600)) + '12:59:00.0 IP 10.9.8.7.1 > 10.9.8.6.98: Flags [S], seq 1, win 9, length 0\n')
    out = run('explain', '--max-flows', '64', '--summary', str(many))
    check('evicted flows are counted', 'flows: 601' in out[1] and 'early' in out[1], out[1])
    out = run('explain', '--max-flows', '64', '--jsonl', str(many))
    check('evicted flows are told', out[1].count('"flow":') == 601, out[1].count('"flow":'))



def check_here(folder):
    """`check' in a network of its own: the loopback interface, and a device that swallows what is sent."""
    subprocess.run(['ip', '-batch', '-'], text=True, check=True, input='''
link add sink type veth peer name end
link set sink addrgenmode none up
link set end addrgenmode none up
address add 192.0.2.1/24 dev sink
neighbour add 192.0.2.9 lladdr 02:00:00:00:00:09 dev sink nud permanent
''')
    alone.hosts('127.0.0.1 localhost here.example\n')
    silent = '192.0.2.9:5555'
    with alone.listener('127.0.0.1', alone.web) as port:
        good = f'http://127.0.0.1:{port}'
        status(0, good, says='healthy')
        status(0, 'check', good, says='healthy')
        status(0, 'here.example', str(port), says='healthy')
        status(0, f'127.0.0.1:{port}', '--send', 'GET / HTTP/1.0\r\n\r\n', says='healthy')
        status(1, '127.0.0.1:1', says='no-listener')
        status(1, 'localhost', 'tcpmux', says='refused-by-rst')
        status(1, 'nosuch.example:1', says='name-not-resolved')
        status(1, '127.0.0.1:1', '--source', '192.0.2.77', says='local-refused')
        status(1, '127.0.0.1:1', '--source', '127.0.0.9:4321', says='127.0.0.9.4321 >')
        status(1, '[::1]:1', '--source', '[::1]:4321', says='::1.4321 >')
        status(2, '127.0.0.1:1', '--source', '127.0.0.9:99999', says='65535')
        status(2, '127.0.0.1:1', '--as', 'nosuchuser', says='no such user')
        status(1, '127.0.0.1:1', '--as', 'nobody', says='refused-by-rst')

        # For programs, for later, and for other tools.
        said = json.loads(run('127.0.0.1:1', '--json')[1])
        check('of wrong usage nothing is on standard output', run('check', '--json', '127.0.0.1')[1] == '', said)
        check('JSON alone is on standard output', said['verdict']['symptom'] == 'refused-by-rst', said)
        case, pcap = f'{folder}/case', f'{folder}/own.pcapng'
        first = run('127.0.0.1:1', '--save', case, '--pcap', pcap)
        again = run('explain', case)
        check('a saved case is told as it was', first[:2] == again[:2], (first, again))
        check('and in Japanese', run('explain', case, '--lang', 'ja')[0] == 1, again)
        status(0, 'read', '-n', pcap, says='127.0.0.1.1: Flags [S]')
        status(1, 'explain', pcap, says='refused-by-rst')
        run(good, '--save', case)
        check('a case holds its packets', pathlib.Path(case, 'packets.pcapng').stat().st_size > 500, os.listdir(case))
        pathlib.Path(case, 'case.json').write_text('{"kiriwake_case": 1, "at_ns": ')
        status(2, 'explain', case, says='not JSON')

        # Screens.
        bad = ('127.0.0.1:1',)
        text = run(*bad)[1]
        check('marks where the letters are there', '\u2717' in text, text)
        check('no marks in the C locale', run(*bad, env={'LC_ALL': 'C'})[1].isascii(), text)
        check('colour only on a terminal', '\x1b[' not in text, text)
        check('--color always', '\x1b[31m' in run(*bad, '--color', 'always')[1], text)
        check('lines fit 80 columns', max(len(l) for l in text.splitlines() if 'Flags' not in l and 'On the server' not in l) <= 80, text)
        narrow = run(*bad, env={'COLUMNS': '50'})[1]
        check('COLUMNS is obeyed', max(len(l) for l in narrow.splitlines() if 'Flags' not in l and 'On the server' not in l) <= 50, narrow)
        check('--lang ja speaks Japanese', '\u3000' < max(run(*bad, '--lang', 'ja')[1]), text)

        # Without rights it works, and says what it could not see.
        as_nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', kiriwake]
        if subprocess.run([*as_nobody, '--version'], capture_output=True, check=False).returncode == 0:
            done = subprocess.run([*as_nobody, '127.0.0.1:1', '--json'], capture_output=True, check=False, env=environment, timeout=60)
            said = json.loads(done.stdout)
            check('unprivileged: the same symptom', (done.returncode, said['verdict']['symptom']) == (1, 'refused-by-rst'), said)
            check('unprivileged: the capture was not looked at', 'capture' in [n['source'] for n in said['verdict']['not_looked']], said)
            done = subprocess.run([*as_nobody, '127.0.0.1:1', '--as', 'root'], capture_output=True, check=False, env=environment, timeout=60)
            check('--as needs root', done.returncode == 3 and b'--as needs' in done.stderr, done)

        # Interrupted, it tells what is known by then.
        def rules():
            return subprocess.run('nft list ruleset; iptables-legacy-save; ip rule; ip route show table all; ip neighbour show nud permanent',
                                  shell=True, capture_output=True, check=False).stdout

        def left():
            end = time.monotonic() + 5
            while alone.others() and time.monotonic() < end:
                time.sleep(0.02)
            return alone.others()

        before = rules()
        for number in (signal.SIGINT, signal.SIGTERM):
            process = subprocess.Popen([kiriwake, silent, '--json'], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
            time.sleep(1.0)
            begin = time.monotonic()
            process.send_signal(number)
            out = process.communicate(timeout=20)[0]
            verdict = json.loads(out)['verdict']
            check(f'{number.name}: the verdict so far', verdict['status'] in ('failing', 'unknown') and process.returncode in (1, 3), out)
            check(f'{number.name}: at once', time.monotonic() - begin < 2.5, time.monotonic() - begin)
        begin = time.monotonic()
        status(1, silent, says='syn-unanswered')
        check('silence is told in time', time.monotonic() - begin < 8, time.monotonic() - begin)
        status(3, silent, '--timeout', '0.2')

        # Its helper's death is an answer, too.
        process = subprocess.Popen([kiriwake, silent, '--json'], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        time.sleep(0.4)
        for child in pathlib.Path(f'/proc/{process.pid}/task/{process.pid}/children').read_text().split():
            os.kill(int(child), signal.SIGKILL)
        try:
            out = process.communicate(timeout=15)[0]
            check('without its helper it tells what it has', json.loads(out)['verdict']['status'] == 'failing', out)
        except (subprocess.TimeoutExpired, ValueError) as error:
            process.kill()
            check('without its helper it ends', False, error)

        # Killed at any moment, nothing of it stays.
        draw = random.Random(5)
        for _ in range(20):
            process = subprocess.Popen([kiriwake, draw.choice([silent, '127.0.0.1:1', 'nosuch.example:1'])], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL, cwd=folder, env=environment)
            time.sleep(draw.uniform(0, 1.5) ** 2)
            process.kill()
            process.wait()
        check('no process stays behind', not left(), alone.others())
        check('no rule, route or neighbour is changed', rules() == before, rules())
        check('no file stays behind', sorted(os.listdir(folder)) == ['case', 'hosts', 'nsswitch.conf', 'own.pcapng', 'resolv.conf'],
              os.listdir(folder))


def syn_of(frame):
    """The address that a frame's SYN is for, or None."""
    v4, v6 = frame[12:14] == b'\x08\x00', frame[12:14] == b'\x86\xdd'
    if not v4 and not v6 or frame[23 if v4 else 20] != socket.IPPROTO_TCP:
        return None
    tcp = frame[14 + (frame[14] & 15) * 4 if v4 else 54:]
    address = socket.inet_ntop(*((socket.AF_INET, frame[30:34]) if v4 else (socket.AF_INET6, frame[38:54])))
    return address if tcp[13] & 0x12 == 2 else None


def check_syns():
    """Whatever is silent, 12 SYNs are the most, and as many are told as were on the wire."""
    names = {f'many{n}.example': [f'192.0.2.{10 * n + i}' if i % 2 == 0 else f'2001:db8::{10 * n + i:x}' for i in range(n)] for n in (1, 2, 3, 4)}
    subprocess.run(['ip', '-batch', '-'], text=True, check=True, input='address add 2001:db8::1/64 dev sink nodad\n' + ''.join(
        f'neighbour add {a} lladdr 02:00:00:00:00:09 dev sink nud permanent\n' for every in names.values() for a in every))
    alone.hosts('127.0.0.1 localhost\n' + ''.join(f'{a} {name}\n' for name, every in names.items() for a in every))
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as wire:
        wire.bind(('end', 3))
        wire.setblocking(False)
        asked = {name: subprocess.Popen([kiriwake, name, '5555', '--json'], stdout=subprocess.PIPE, env=environment) for name in names}
        told = {name: json.loads(process.communicate(timeout=30)[0])['syns_sent'] for name, process in asked.items()}
        seen = []
        with contextlib.suppress(BlockingIOError):
            while True:
                seen.append(syn_of(wire.recv(2048)))
    for name, every in names.items():
        count = sum(address in every for address in seen)
        check(f'{len(every)} silent addresses: 12 SYNs at most', len(every) <= count <= 12, count)
        check(f'{len(every)} silent addresses: the SYNs are told', count == told[name], (count, told[name]))
        check(f'{len(every)} silent addresses: each is asked', set(every) <= set(seen), seen)


with tempfile.TemporaryDirectory() as private:
    os.chmod(private, 0o755)
    why = alone.enter(private)
    if why:
        print(f'`check\' was not tried: {why}')
    else:
        check_here(private)
        check_syns()

print('\n'.join(wrong))
print(f'{checked} checks, {len(wrong)} wrong')
sys.exit(bool(wrong))

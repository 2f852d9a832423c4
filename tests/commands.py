#!/usr/bin/python3
"""What an operator types, right and wrong: exit statuses, messages, languages.

usage: commands.py KIRIWAKE
"""
import gzip
import os
import pathlib
import subprocess
import sys
import tempfile

kiriwake = str(pathlib.Path(sys.argv[1]).resolve())
tests = pathlib.Path(__file__).resolve().parent
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
        import json
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

print('\n'.join(wrong))
print(f'{checked} checks, {len(wrong)} wrong')
sys.exit(bool(wrong))

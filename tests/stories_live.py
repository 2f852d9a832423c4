#!/usr/bin/python3
"""Both stories, told live in one language: every step happens and ends as it should, within a minute, and the machine is left as
it was. The machine is one of its own here: namespaces with rules, links and routes, where no other process is; its files are
the real ones.

usage: stories_live.py KIRIWAKE en|ja [PACKAGES]
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

root = pathlib.Path(__file__).resolve().parent.parent
LIMIT = 60  # seconds
OWN = '''*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p tcp -m tcp --dport 5555 -j REJECT
-A INPUT -p tcp -m tcp --dport 23 -j DROP
COMMIT
'''
MACHINE = {
    'links': 'ip -o link', 'addresses': 'ip -o addr', 'routes': 'ip route show table all; ip -6 route show table all', 'policy': 'ip rule',
    'rules': 'for tool in iptables-nft iptables-legacy ip6tables-nft ip6tables-legacy; do $tool-save | grep -v "^#"; done',
    'nft': 'nft list ruleset', 'filters': 'tc qdisc', 'mounts': 'cat /proc/self/mountinfo', 'processes': 'ps -e -o comm=',
    'sockets': 'ss -Htuna', 'names': 'hostname; ls -A /run/netns /root /root/.ssh /var/lib/kiriwake 2>&1',
    'files': 'find /etc /root/.ssh /lib/systemd/system /var/lib/kiriwake -printf "%p %s %m %T@ %i\\n" 2>/dev/null | sort',
    'leftovers': 'find /tmp /run /var/tmp /dev/shm /sys/fs/cgroup -maxdepth 2 \\( -name "kiriwake-stories*" -o -name "*.kiriwake" \\) 2>/dev/null',
    'tree': f'cd {root} && find . -path ./build -prune -o -path "./build-*" -prune -o -name .git -prune -o -name __pycache__ -prune'
            ' -o -type f -printf "%p %s %m %T@\\n" | sort',
    'settings': 'sysctl -a 2>/dev/null | grep ^net | grep -v "nf_conntrack_count\\|random\\|uuid\\|dentry"',
}
MANAGER = 'vpncmd 172.16.1.2:5555 /SERVER /PASSWORD: /CMD ServerInfoGet'
ASKED = {'manager': '5555 --from 10.1.0.7', 'telnet': 'telnet --from 192.168.30.1'}
CHECK = {'manager': 'softether://172.16.1.2', 'telnet': 'telnet://192.168.30.2'}


def end(asked, check, works):
    """From the plan on: (command, exit status, what it says)."""
    address = check.partition('//')[2]
    return [
        (f'kiriwake fix plan {asked}', 0, r'\+-A INPUT'),
        (f'kiriwake fix rehearse {asked}', 0, '✓.*✓'),
        (f'kiriwake fix apply {asked} --yes --confirm-within', 0, 'kiriwake fix confirm'),
        works,
        ('kiriwake fix status', 0, r'\d{8}T\d{6}-'),  # nothing waits any more
        (f'kiriwake {check}', 1, {'softether': 'syn-unanswered', 'telnet': 'refused-by-icmp'}[check.partition(':')[0]]),
        (f'kiriwake fix apply {asked} --yes', 0, 'kiriwake fix confirm'),
        works,
        ('kiriwake fix confirm', 2, '--same-session'),
        (f'ssh root@{address} kiriwake fix confirm', 0, r'\d{8}T\d{6}-'),
        ('kiriwake firewall diff live boot', 0, ''),
    ]


WORKS = {'manager': (MANAGER, 0, 'The command completed successfully'), 'telnet': ('telnet 192.168.30.2', 0, 'Connected to.*login:')}
STORIES = {
    'manager': [
        WORKS['manager'], ('iptables-restore', 0, ''), ('ping', 0, 'ttl=6[34]'), ('ssh root@172.16.1.2 hostname', 0, 'server'),
        ('kiriwake softether://172.16.1.2', 1, 'syn-unanswered'),
        ('kiriwake server 5555 --from 10.1.0.7', 1, r'(proven|確定).*-A INPUT -j DROP'),
        (MANAGER, 1, 'Connection to the server failed'),
    ],
    'telnet': [
        WORKS['telnet'], ('kiriwake firewall diff live boot', 1, 'reject ip filter INPUT'), ('netfilter-persistent start', 0, ''), ('telnet 192.168.30.2', 1, 'No route to host|経路がありません'), ('ping', 0, 'ttl=6[34]'),
        ('kiriwake telnet://192.168.30.2', 1, 'refused-by-icmp'),
        ('kiriwake server telnet --from 192.168.30.1', 1, r'(proven|確定).*rule-order-reject-before-accept'),
    ],
}


def run(command):
    return subprocess.run(command, shell=True, capture_output=True, text=True, errors='replace', check=False).stdout


def machine():
    return {what: run(command) for what, command in MACHINE.items()}


def settled():
    """Links have their own addresses, and nothing is on its way."""
    run('ip link set lo up; ip link add own0 type veth peer name own1; ip addr add 10.1.0.9/24 dev own0; '
        'sysctl -w net.ipv6.conf.own0.accept_dad=0 net.ipv6.conf.own1.accept_dad=0; ip link set own0 up; ip link set own1 up')
    subprocess.run(['iptables-nft-restore'], input=OWN, text=True, check=True)
    time.sleep(2)
    return machine()


def missing(steps, wanted):
    """What of the story did not happen, in order; steps: those left."""
    for command, status, says in wanted:
        while steps:
            step = steps.pop(0)
            if step['command'].startswith(command) and step['status'] == status and re.search(says, step['text'], re.DOTALL):
                break
        else:
            return [f'it did not happen, in this order: {command} with status {status}, saying {says!r}']
    return []


def judge(said, steps, language):
    wrong = [f'{s["who"]} {s["command"]}: exit status {s["status"]}, not {s["expected"]}' for s in steps if s['status'] != s['expected']]
    for name, beginning in STORIES.items():
        wrong += missing(steps, beginning + end(ASKED[name], CHECK[name], WORKS[name]))
    if ('第一話' in said) != (language == 'ja') or ('Story 1' in said) != (language == 'en'):
        wrong.append('it is told in another language')
    return wrong


def differences(before, after):
    for what in MACHINE:
        one, other = before[what].splitlines(), after[what].splitlines()
        if what == 'settings':  # a module that was loaded brings more of them
            names = {line.partition(' = ')[0] for line in one}
            other = [line for line in other if line.partition(' = ')[0] in names]
        for line in sorted(set(one) ^ set(other)):
            yield f'{what}: {"gone" if line in one else "new"}: {line}'


def tell(program, language, packages):
    """On a machine of its own."""
    before = settled()
    environment = {k: v for k, v in os.environ.items() if not k.startswith('LC_')} | {'LANGUAGE': language, 'LANG': 'C.UTF-8'}
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, 'steps')
        begin = time.monotonic()
        done = subprocess.run([root / 'tools/tell-stories', program, packages, path], env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace', check=False)
        seconds = time.monotonic() - begin
        steps = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    wrong = list(differences(before, machine()))
    if done.returncode == 77:
        print(done.stdout)
        return 77
    if done.returncode:
        wrong.append(f'exit status {done.returncode}')
    wrong += judge(done.stdout, steps, language)
    if seconds > LIMIT:
        wrong.append(f'it took {seconds:.1f} s')
    if wrong:
        print(done.stdout, *[s['text'] for s in steps if s['status'] != s['expected']], sep='\n')
    print(f'{len(STORIES)} stories, {seconds:.1f} s, {len(wrong)} wrong', *wrong, sep='\n')
    return 1 if wrong else 0


def falls_back(program):
    """Without root the stories come from their traces, and it says why."""
    nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
    if subprocess.run([*nobody, 'test', '-x', program], check=False).returncode:
        return []
    done = subprocess.run([*nobody, root / 'tools/show', program], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return [] if done.returncode == 0 and 'root' in done.stdout.splitlines()[0] and 'refused-by-icmp' in done.stdout else [
        f'without root: exit status {done.returncode}: {done.stdout[:200]}{done.stderr[:200]}']


def main():
    program, language = str(pathlib.Path(sys.argv[1]).resolve()), sys.argv[2]
    packages = sys.argv[3] if len(sys.argv) > 3 else os.environ.get('KIRIWAKE_LAB_ROOT', str(root / 'build/lab-root'))
    if os.getpid() == 1:
        os._exit(tell(program, language, packages))
    if os.geteuid() != 0:
        print('no root here')
        return 77
    wrong = falls_back(program)
    print(*wrong, sep='\n')
    status = subprocess.run(['unshare', '--net', '--mount', '--pid', '--uts', '--ipc', '--fork', '--kill-child', '--mount-proc', sys.executable,
                             __file__, program, language, packages], check=False).returncode
    return 1 if wrong else status


if __name__ == '__main__':
    sys.stdout.reconfigure(line_buffering=True)
    sys.exit(main())

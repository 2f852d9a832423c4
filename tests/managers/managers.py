#!/usr/bin/env python3
"""Plans in the language of who keeps the rules, tried with the real programs.

    managers.py PROGRAM [--packages FOLDER] [--jobs N] [-v] [NAME...]

For each manager: a server whose rules it keeps refuses the client. `fix plan' is asked; its commands are run as they are; the
client must get in, and nobody else; what changed in the dump must be what the plan foretold; the undo must give the rules back;
then the lasting part is done, the manager is restarted, the host "rebooted" (all rules gone, what boots load is loaded), and the
client must still get in. Exits with 77 where no namespaces can be had; a manager whose package is missing is skipped by name.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / 'netns'))
import spaces  # noqa: E402
from lab import Lab, Skip, wait_until  # noqa: E402

PATIENCE = 120
FLUSH = '''nft flush ruleset
for tool in iptables-legacy ip6tables-legacy; do
    for chain in INPUT FORWARD OUTPUT; do $tool -P $chain ACCEPT; done
    $tool -F; $tool -X
done'''


def enable(host, *units):
    """What systemctl enable leaves behind."""
    for unit in units:
        wanted = host.root / f'etc/systemd/system/multi-user.target.wants/{unit}'
        wanted.unlink(missing_ok=True)  # this machine's own may be a link to the unit itself
        host.write(f'/etc/systemd/system/multi-user.target.wants/{unit}', '')


def need(host, *programs):
    for program in programs:
        if not host.run(f'command -v {program} || true').strip():
            raise Skip(f'there is no {program} here')


class Manager:
    """keeps: the owner that the plan must tell; dumps: commands that print all of its rules."""
    keeps = None
    wanted = None  # the repair that is asked for; else the best
    dumps = ['iptables-save', 'ip6tables-save']

    def __init__(self, lab):
        self.lab, self.host, self.port = lab, lab.server, lab.port

    def begin(self):
        raise NotImplementedError

    def restart(self):
        """As its administrator would."""

    def boot(self):
        raise NotImplementedError


class IptablesPersistent(Manager):
    keeps = 'iptables-persistent'
    file = '/etc/iptables/rules.v4'
    rules = ['-A INPUT -i lo -j ACCEPT', '-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT',
             '-A INPUT -p tcp --dport 22 -j ACCEPT', '# nobody else', '-A INPUT -j REJECT --reject-with icmp-host-prohibited']

    def file_rules(self):
        return self.rules

    def begin(self):
        need(self.host, 'netfilter-persistent')
        enable(self.host, 'netfilter-persistent.service')
        self.lay()

    def lay(self):
        self.host.write(self.file, self.save(self.rules))
        self.load()
        # What programs put there when they start is in no file.
        self.host.run('iptables -N f2b-sshd; iptables -A f2b-sshd -s 198.51.100.9 -j REJECT; iptables -A f2b-sshd -j RETURN;'
                      'iptables -I INPUT -p tcp --dport 22 -j f2b-sshd')
        self.host.write(self.file, self.save(self.file_rules()))

    def save(self, rules):
        return '\n'.join(['# by hand', '*filter', ':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]',
                          *rules, 'COMMIT', ''])

    def load(self):
        self.host.run('netfilter-persistent start')

    def boot(self):
        text = self.host.read(self.file)
        assert 'f2b' not in text, f'what programs made was saved: {text}'
        assert '# nobody else' in text, f'the comment is gone: {text}'
        self.load()


class IptablesPersistentOtherOrder(IptablesPersistent):
    """The file was written before: after a boot its REJECT stands above what was put in order since."""
    wanted = 'rule-move'

    @property
    def rules(self):
        super_rules = IptablesPersistent.rules
        return [*super_rules, f'-A INPUT -p tcp --dport {self.port} -j ACCEPT', '-A INPUT -p tcp --dport 23 -j ACCEPT']

    def file_rules(self):
        r = self.rules
        return [r[3], r[4], r[0], r[1], r[6], r[5], r[2]]


class IptablesServices(IptablesPersistent):
    keeps = 'iptables-services'
    file = '/etc/sysconfig/iptables'

    def begin(self):
        enable(self.host, 'iptables.service')
        self.lay()

    def load(self):
        self.host.run(f'iptables-restore {self.file}')


class Nftables(Manager):
    keeps = 'nftables.service'
    dumps = ['nft list ruleset']
    chain = '''table inet filter {
    chain input {
        type filter hook input priority filter; policy drop;
        iif lo accept
        ct state established,related accept
        icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert,
                      nd-router-advert } accept
        # open to all
        tcp dport ssh accept
        counter reject with icmpx admin-prohibited
    }
}
'''

    def begin(self):
        need(self.host, 'nft')
        enable(self.host, 'nftables.service')
        self.lay()
        self.boot()
        # Docker's, say: gone with a reload.
        self.host.nft('table ip other { chain c { type filter hook output priority 5; accept; }; }')

    def lay(self):
        self.host.write('/etc/nftables.conf', '#!/usr/sbin/nft -f\nflush ruleset\n\n' + self.chain)

    def boot(self):
        self.host.run('nft -f /etc/nftables.conf')


class NftablesInclude(Nftables):
    def lay(self):
        self.host.write('/etc/nftables.conf', '#!/usr/sbin/nft -f\nflush ruleset\ninclude "/etc/nftables.d/*.nft"\n')
        self.host.write('/etc/nftables.d/input.nft', self.chain)


class NftablesSet(Nftables):
    """A set of those who are banned, made by hand, and kept in the file."""
    wanted = 'set-element'

    def lay(self):
        self.host.write('/etc/nftables.conf', f'''#!/usr/sbin/nft -f
flush ruleset
table inet filter {{
    set bad {{
        type ipv4_addr
        # who was here
        elements = {{ 198.51.100.1, {self.lab.client.address},
                     198.51.100.2 }}
    }}
    chain input {{
        type filter hook input priority filter; policy accept;
        ip saddr @bad drop
        tcp dport {self.port + 1} reject
    }}
}}
''')


class Ufw(Manager):
    keeps = 'ufw'
    before = ()

    def begin(self):
        need(self.host, 'ufw')
        for folder in ('ufw',):
            self.host.run(f'mkdir -p /var/lib/{folder}')
        # What its package's script puts there.
        self.host.run('''for name in before before6 after after6 user user6; do
            [ -s /etc/ufw/$name.rules ] || cp /usr/share/ufw/iptables/$name.rules /etc/ufw/
        done''')
        enable(self.host, 'ufw.service')
        self.host.run('ufw --force enable && ufw allow 22/tcp')
        for words in self.before:
            self.host.run('ufw ' + words.format(port=self.port, client=self.lab.client.address))

    def restart(self):
        self.host.run('ufw reload')

    def boot(self):
        self.host.run('/lib/ufw/ufw-init start')


class UfwDenied(Ufw):
    """A rule of the user's own stands in the way."""
    before = ['allow from 192.0.2.0/24 to any port 80 proto tcp', 'deny {port}/tcp', 'allow 81/tcp']


class UfwBelow(Ufw):
    """The ACCEPT stands below what denies."""
    before = ['deny proto tcp from {client} to any', 'allow proto tcp from {client} to any port {port}']


class Firewalld(Manager):
    keeps = 'firewalld'
    dumps = ['nft list ruleset']
    rich = ()
    backend = 'nftables'

    def begin(self):
        need(self.host, 'firewalld', 'firewall-cmd', 'dbus-daemon')
        enable(self.host, 'firewalld.service')
        self.host.run(f'''mkdir -p /run/dbus /var/lib/dbus
            grep -q ^messagebus: /etc/passwd || echo messagebus:x:104:110::/nonexistent:/usr/sbin/nologin >>/etc/passwd
            grep -q ^messagebus: /etc/group || echo messagebus:x:110: >>/etc/group
            sed -i 's/^FirewallBackend=.*/FirewallBackend={self.backend}/' /etc/firewalld/firewalld.conf
            chown -R messagebus /run/dbus''')
        self.bus = self.host.start('exec dbus-daemon --system --nofork --nopidfile')
        wait_until('the bus is there', lambda: self.host.path('/run/dbus/system_bus_socket').exists())
        self.start()
        for rule in self.rich:
            rule = rule.format(port=self.port, family=self.lab.family, client=self.lab.client.address)
            self.host.run(['firewall-cmd', '--add-rich-rule=' + rule])
            self.host.run(['firewall-cmd', '--permanent', '--add-rich-rule=' + rule])

    def start(self):
        self.daemon = self.host.start('exec firewalld --nofork --nopid')
        wait_until(f'firewalld runs: {self.daemon.log()}',
                   lambda: self.host.run('firewall-cmd --state', check=False).strip() == 'running', 40)

    def restart(self):
        self.host.run('firewall-cmd --reload')

    def boot(self):
        self.daemon.stop()
        self.host.run(FLUSH)
        self.start()


class FirewalldDenied(Firewalld):
    """A rich rule stands before all that allow."""
    rich = ['rule family="ipv{family}" port port="{port}" protocol="tcp" reject']


class FirewalldIptables(Firewalld):
    backend = 'iptables'
    dumps = Manager.dumps


class Fail2ban(Manager):
    keeps = 'fail2ban'
    action, every = 'iptables-multiport', 'iptables-allports'
    at = '-s /run/f2b/socket -p /run/f2b/pid'

    def begin(self):
        need(self.host, 'fail2ban-server', 'fail2ban-client')
        if self.every.startswith('nft'):
            self.dumps = ['nft list ruleset']
        enable(self.host, 'fail2ban.service')
        self.host.run('mkdir -p /run/f2b /run/fail2ban /var/lib/fail2ban; : >/run/f2b/auth.log; rm -rf /etc/fail2ban/jail.d/*')
        self.host.write('/etc/fail2ban/jail.local', f'''[DEFAULT]
banaction = {self.action}
banaction_allports = {self.every}
backend = polling
allowipv6 = auto
[sshd]
enabled = true
port = {self.port}
logpath = /run/f2b/auth.log
''')
        self.start()
        for address in ('198.51.100.23', self.lab.client.address):
            self.host.run(['fail2ban-client', 'set', 'sshd', 'banip', address])
        time.sleep(1)

    def start(self):
        self.host.run('fail2ban-client -x start', timeout=60)
        wait_until('fail2ban runs', lambda: 'pong' in self.host.run('fail2ban-client ping', check=False))
        time.sleep(1)

    def boot(self):
        self.host.run('fail2ban-client stop', timeout=60)
        self.host.run(FLUSH)
        self.start()
        banned = self.host.run('fail2ban-client status sshd')
        assert '198.51.100.23' in banned, f'others are banned no longer: {banned}'


class Fail2banIpset(Fail2ban):
    action, every = 'iptables-ipset-proto6', 'iptables-ipset-proto6-allports'
    dumps = [*Manager.dumps, 'ipset save']

    def begin(self):
        need(self.host, 'ipset')
        super().begin()


class Fail2banNft(Fail2ban):
    action, every = 'nftables-multiport', 'nftables-allports'


class Docker(Manager):
    """Its rules and the one that its documentation has people put into DOCKER-USER; the program itself is not there."""
    keeps = 'docker'
    drop_in = '/etc/systemd/system/docker.service.d'

    def begin(self):
        enable(self.host, 'docker.service')
        box = self.lab.add_host('box', behind=self.host)
        device = self.host.device_to(box)
        self.host.run(f'ip link set {device} down; ip link set {device} name docker0; ip link set docker0 up')
        self.outside, self.box = self.host.devices[0], box.addr4
        box.start('exec python3 -c "import socket; s = socket.create_server((\'0.0.0.0\', 80), backlog=64)\n'
                  'while True: s.accept()[0].close()"')
        box.wait_listening(80)
        self.load()

    def load(self):
        self.host.run(['iptables-restore'], input=f'''*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A DOCKER ! -i docker0 -p tcp -m tcp --dport {self.port} -j DNAT --to-destination {self.box}:80
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
:DOCKER-BRIDGE - [0:0]
:DOCKER-CT - [0:0]
:DOCKER-FORWARD - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-FORWARD
-A DOCKER -d {self.box}/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
-A DOCKER ! -i docker0 -o docker0 -j DROP
-A DOCKER-BRIDGE -o docker0 -j DOCKER
-A DOCKER-CT -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A DOCKER-FORWARD -j DOCKER-CT
-A DOCKER-FORWARD -j DOCKER-BRIDGE
-A DOCKER-FORWARD -i docker0 -j ACCEPT
-A DOCKER-USER ! -s 192.0.2.2/32 -i {self.outside} -j DROP
COMMIT
''')

    def boot(self):
        self.load()
        for file in self.host.path(self.drop_in).glob('*.conf'):
            for command in re.findall('^ExecStartPost=(.*)$', file.read_text(), re.M):
                self.host.run(command)


STORIES = {
    'iptables-persistent': (IptablesPersistent, 4),
    'iptables-persistent-order': (IptablesPersistentOtherOrder, 4),
    'iptables-services': (IptablesServices, 4),
    'nftables': (Nftables, 4),
    'nftables-v6': (Nftables, 6),
    'nftables-include': (NftablesInclude, 4),
    'nftables-set': (NftablesSet, 4),
    'ufw': (Ufw, 4),
    'ufw-v6': (Ufw, 6),
    'ufw-denied': (UfwDenied, 4),
    'ufw-denied-v6': (UfwDenied, 6),
    'ufw-below': (UfwBelow, 4),
    'firewalld': (Firewalld, 4),
    'firewalld-v6': (Firewalld, 6),
    'firewalld-denied': (FirewalldDenied, 4),
    'firewalld-iptables': (FirewalldIptables, 4),
    'docker': (Docker, 4),
    'fail2ban': (Fail2ban, 4),
    'fail2ban-ipset': (Fail2banIpset, 4),
    'fail2ban-nft': (Fail2banNft, 4),
}


class Story:
    def __init__(self, name, args):
        self.args = args
        kind, family = STORIES[name]
        self.lab = Lab(name, args.seed, stage=spaces.Stage(args.base, pathlib.Path(args.packages), [
            pathlib.Path(args.program).resolve().parent]), layout='lan', family=family, engine='iptables-nft')
        self.host, self.port = self.lab.server, self.lab.port
        self.manager = kind(self.lab)
        self.dumped = 0

    def dump(self):
        """A file of each of the manager's tables."""
        names = []
        for command in self.manager.dumps:
            text = self.host.run(command)
            self.dumped += 1
            tool = command.split()[0]
            kind = {'nft': 'nft', 'ipset': 'ipset', 'iptables-save': 'v4', 'ip6tables-save': 'v6'}[tool]
            name = f'/tmp/{self.dumped}.{kind}'
            self.host.write(name, text)
            names.append(name)
        return names

    def differences(self, before, after):
        said = self.host.run([self.args.program, 'firewall', 'diff', '--json', *before, '--', *after], check=False)
        return {key_of(c) for c in json.loads(said)['changes']}

    def gets_in(self):
        return self.lab.client.can_connect(self.lab.address, self.port) is True

    def others_get_in(self):
        """The same port for another host, and another port."""
        router = self.lab.router.can_connect(self.lab.address, self.port, timeout=0.6) is True
        other = self.lab.client.can_connect(self.lab.address, self.port + 1, timeout=0.6) is True
        return router, other

    def expect(self, when):
        assert self.gets_in(), f'{when}: the client does not get in\n' + self.rules()
        assert self.others_get_in() == self.others, f'{when}: others get in'

    def rules(self):
        return '\n'.join(self.host.run(c) for c in self.manager.dumps)

    def plan(self):
        said = self.host.run([self.args.program, 'fix', 'plan', f'tcp/{self.port}', '--from', self.lab.client.address,
                              '--json'], check=False, timeout=60)
        start = said.find('{')
        plan = json.loads(said[start:])
        assert plan['candidates'], f'no plan: {said}\n{self.rules()}'
        if self.args.verbose:
            print(self.host.run([self.args.program, 'fix', 'plan', f'tcp/{self.port}', '--from', self.lab.client.address], check=False, timeout=60), file=sys.stderr)
        wanted = self.manager.wanted
        return next(c for c in plan['candidates'] if wanted in (None, c['id'])), said

    def do(self, change):
        if change['kind'] == 'run':
            self.host.run(change['argv'], timeout=60)
        elif change['kind'] == 'file':
            assert (self.host.read(change['path']) if self.host.path(change['path']).exists() else None) == change['before']
            self.host.write(change['path'], change['after'])
        else:
            self.load(change, change['script'])

    def undo(self, change):
        if change['kind'] == 'run' and change.get('undo_argv'):
            self.host.run(change['undo_argv'], timeout=60)
        elif change['kind'] == 'rules':
            # nft has told which handles the new rules got: {1}, {2}, ...
            self.load(change, re.sub(r'\{(\d+)\}', lambda m: self.handles[int(m[1]) - 1], change['undo']))

    def load(self, change, script):
        tools = {'nft': ['nft', '-e', '-a', '-f', '-'],
                 'iptables-nft': [f'ip{"6" if change["family"] == "ip6" else ""}tables-nft-restore', '--noflush', '--counters'],
                 'iptables-legacy': [f'ip{"6" if change["family"] == "ip6" else ""}tables-legacy-restore', '--noflush',
                                     '--counters']}
        said = self.host.run(tools[change['engine']], input=script)
        self.handles = re.findall(r'^(?:add|insert) rule .*# handle (\d+)', said, re.M)

    def judge_rehearsal(self, rehearsal, said):
        """Where a room can be had, the plan must have been proven there."""
        failed = [row['check'] for row in (rehearsal or {'rows': []})['rows'] if row['result'] == 'fail']
        assert not failed, f'{said}\nnot proven: {failed}'

    def tell(self):
        self.manager.begin()
        for port in (self.port, self.port + 1):
            self.host.start(f'exec python3 -c "import socket; s = socket.create_server((\'::\', {port}), family=socket.AF_INET6, '
                            f'dualstack_ipv6=True, backlog=64)\nwhile True: s.accept()[0].close()"')
            self.host.wait_listening(port)
        assert not self.gets_in(), 'the client gets in as it is\n' + self.rules()
        self.others = self.others_get_in()

        before = self.dump()
        candidate, said = self.plan()
        assert candidate['owner'] == self.manager.keeps, said
        assert candidate['lasts'] == 'yes', said
        if candidate['changes'][0]['kind'] == 'rules' and not isinstance(self.manager, Docker):
            assert 'loading it into an empty namespace' in candidate['lasts_text'], said
        assert candidate['effect']['lets_through'] and candidate['effect']['known'], said
        assert candidate['effect']['exact'] or not candidate['id'].startswith('rule-insert'), said

        self.judge_rehearsal(candidate['rehearsal'], said)

        for change in candidate['changes']:
            self.do(change)
        if self.manager.wanted:  # it accepts what was always meant to be accepted
            self.others = self.others_get_in()
        self.expect('at once')
        after = self.dump()
        foretold = {key_of(c) for c in candidate['effect']['changes']}
        met = self.differences(before, after)
        assert met == foretold, f'foretold {foretold}, met {met}\n{said}'

        for change in reversed(candidate['changes']):
            self.undo(change)
        assert not self.differences(before, self.dump()), f'not taken back\n{said}\n{self.rules()}'
        for change in candidate['changes'] + candidate['lasting']:
            self.do(change)
        self.expect('again')
        self.manager.restart()
        self.expect('once its manager was restarted')
        if not isinstance(self.manager, (Firewalld, Fail2ban)):
            self.host.run(FLUSH)
        self.manager.boot()
        self.expect('after a reboot')
        return ', '.join(' '.join(c['argv']) if c['kind'] == 'run' else c['text'] for c in candidate['changes'])


def key_of(change):
    return change['family'], change['hook'], change['packets'], change['before'], change['after']


def main_one(args):
    signal.alarm(PATIENCE)
    spaces.private()
    record = {}
    try:
        record['told'] = Story(args.one, args).tell()
    except Skip as why:
        record['skipped'] = str(why)
    except BaseException:
        record['broken'] = traceback.format_exc()
    print('\n@' + json.dumps(record), flush=True)
    os._exit(0)


def spawn(name, args):
    command = ['unshare', '--net', '--mount', '--pid', '--uts', '--ipc', '--fork', '--kill-child', '--mount-proc', sys.executable,
               __file__, args.program, '--one', name, '--base', args.base, '--packages', args.packages, '--seed', str(args.seed),
               *(['-v'] if args.verbose else [])]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=None if args.verbose else subprocess.PIPE, text=True,
                               errors='replace', start_new_session=True)
    try:
        out, err = process.communicate(timeout=PATIENCE + 30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
    found = re.findall(r'^@(\{.*\})$', out, re.M)
    return json.loads(found[-1]) if found else {'broken': f'it ended: {out[-800:]}{(err or "")[-800:]}'}


def main():
    root = here.parent.parent
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    parser.add_argument('names', nargs='*')
    parser.add_argument('--packages', default=os.environ.get('KIRIWAKE_LAB_ROOT', str(root / 'build/lab-root')))
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--jobs', type=int, default=2)
    parser.add_argument('--one')
    parser.add_argument('--base')
    parser.add_argument('-v', dest='verbose', action='store_true')
    args = parser.parse_intermixed_args()
    args.program = str(pathlib.Path(args.program).resolve())
    if args.one:
        return main_one(args)
    why = spaces.permitted()
    if why or os.getuid() != 0:
        print(f'skipped: {why or "it needs root"}')
        return 77
    args.base = tempfile.mkdtemp(prefix='kiriwake-managers-')
    wrong = 0
    try:
        def story(name):
            began = time.monotonic()
            return name, spawn(name, args), f'{time.monotonic() - began:.1f} s'
        pool = concurrent.futures.ThreadPoolExecutor(args.jobs)
        for name, record, took in pool.map(story, args.names or STORIES):
            if 'skipped' in record:
                print(f'skipped  {name}: {record["skipped"]}')
            elif 'broken' in record:
                wrong += 1
                print(f'FAILED   {name} ({took})\n{record["broken"]}')
            else:
                print(f'passed   {name} ({took}): {record["told"]}')
            sys.stdout.flush()
    finally:
        shutil.rmtree(args.base, ignore_errors=True)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())

"""Tells what happens in the lab as it looks on terminals: what one would say, the commands, and what they really answer.

    teller = Teller(is_japanese)
    teller.say('It hangs.', '応答がない。')
    window = Window(teller, lab.client)          # a terminal on a host
    window.do('ping -c 1 192.168.30.2')          # shows the command, its output as it comes, and checks its exit status
    admin = Login(teller, lab.client, lab.server)   # a session over ssh, on the server
    admin.do('kiriwake fix plan telnet', cut={'Plan': ALL})   # only these sections; what is left out is counted

An output is cut only by whole lines, and it says how many. Every step is kept in teller.steps.
"""
import contextlib
import json
import os
import re
import select
import subprocess
import sys
import textwrap
import time
import unicodedata

from lab import wait_until

ALL = '.'
TOP = ''  # the section before all others
LAST = object()  # in place of sections: only what follows the last empty line
# As the program says them.
SECTIONS = {'Verdict': '判定', 'Evidence': '証拠', 'What it can be': '残る候補', 'Next': '次の一手', 'Fix': '対処', 'Plan': '計画',
            'Effect': '影響', 'Proof': '証明', 'After a reboot': '再起動後', 'Risk': '危険性', 'To take it back': '元に戻す方法',
            'Other ways': 'ほかの方法', 'Elsewhere': 'ここ以外'}
HEADS = {word: english for english, japanese in SECTIONS.items() for word in (english, japanese)}
COLOURS = re.compile(r'\033\[[0-9;]*m')
STEP = re.compile(r' {0,2}\d+ [✓✗]')
STATUS = b'\001'  # before the exit status, in a session


def width_of(text):
    return sum(2 if unicodedata.east_asian_width(letter) in 'WF' else 1 for letter in text)


class Cut:
    """Passes on the lines that are wanted, and says how many are not.

    wanted: None (all), {section: pattern of the items that are}, or LAST; an item is a line, with what is indented below it.
    """

    def __init__(self, teller, wanted):
        self.teller, self.wanted = teller, wanted
        self.section, self.indent, self.is_kept = TOP, -1, True
        self.dropped, self.names, self.blank, self.any = 0, [], False, False
        self.held = []  # since the last empty line, where only these are wanted

    def line(self, line):
        plain = COLOURS.sub('', line).rstrip()
        if self.wanted is None:
            self.show(line)
        elif self.wanted is LAST:
            self.hold(line, plain)
        elif not plain:
            self.blank, self.indent = True, -1
        else:
            self.judge(line, plain)

    def hold(self, line, plain):
        self.held.append(line)
        if not plain:
            self.blank = self.any = True
            self.dropped += sum(bool(held.strip()) for held in self.held)
            self.held = []

    def judge(self, line, plain):
        head = next((name for word, name in HEADS.items() if re.match(re.escape(word) + r'($|[（ ,]|\(|は)', plain)), None)
        if head:
            self.section, self.indent = head, -1
            self.is_kept = head in self.wanted
            if not self.is_kept:
                self.names.append(plain.split(' (')[0].split('（')[0])
        elif self.wanted.get(self.section) is None:
            self.is_kept = False
        else:
            indent = len(plain) - len(plain.lstrip())
            if STEP.match(plain) or not 0 <= self.indent < indent:
                self.is_kept = bool(re.search(self.wanted[self.section], plain))
                self.indent = indent
        if self.is_kept:
            self.gap()
            self.show(line)
        else:
            self.dropped += 1

    def gap(self):
        if self.dropped:
            about = f': {", ".join(self.names)}' if self.names else ''
            text = f'{self.dropped} 行{about}' if self.teller.is_japanese else f'{self.dropped} line{"s" * (self.dropped > 1)}{about}'
            self.teller.put(f'{self.teller.plain}  [… {text}]')  # what ended a colour may have been left out
        if self.blank and self.any:
            self.teller.put('')
        self.dropped, self.names, self.blank = 0, [], False

    def show(self, line):
        self.any = True
        self.teller.put(line.rstrip())

    def end(self):
        self.blank = self.blank and bool(self.held)
        self.gap()
        for line in self.held:
            self.show(line)


class Teller:
    """What is said, and what was done: steps of {who, command, status, expected, text, at}; path: a file that they are added to."""

    def __init__(self, is_japanese, path=None):
        self.is_japanese, self.path = is_japanese, path
        self.is_terminal = sys.stdout.isatty() and not os.environ.get('NO_COLOR')
        self.bold, self.plain = ('\033[1m', '\033[0m') if self.is_terminal else ('', '')
        self.steps, self.begin = [], time.monotonic()
        self.environment = {'TERM': os.environ.get('TERM', 'dumb'), 'NO_COLOR': os.environ.get('NO_COLOR', '')}
        if is_japanese:
            self.environment['LANGUAGE'] = 'ja'

    def put(self, line):
        print(line, flush=True)

    def say(self, english, japanese):
        """A paragraph, as one would tell it."""
        text = ' '.join((japanese if self.is_japanese else english).split())
        self.put('')
        if not self.is_japanese:
            self.put(textwrap.fill(text, 80))
            return
        # Latin words stay whole; marks do not begin a line.
        line, used = '', 0
        for word in re.findall(r'[ -~]+?(?: |(?![ -~]))|[^ -~][、。」）ーァィゥェォッャュョぁぃぅぇぉっゃゅょ]*', text.replace('。 ', '。')):
            if used + width_of(word.rstrip()) > 80:
                self.put(line.rstrip())
                line, used = '', 0
            word = word if line else word.lstrip()
            line, used = line + word, used + width_of(word)
        self.put(line.rstrip())

    def prompt(self, who, command):
        self.put(f'\n{self.bold}{who} {command}{self.plain}')

    def took(self, who, command, status, expected, text):
        step = {'who': who, 'command': command, 'status': status, 'expected': expected, 'text': text,
                'at': round(time.monotonic() - self.begin, 2)}
        self.steps.append(step)
        if self.path:
            with open(self.path, 'a', encoding='utf-8') as file:
                file.write(json.dumps(step) + '\n')
        return text

    def coloured(self, command):
        return f'{command} --color always' if self.is_terminal and re.search(r'\bkiriwake [a-z]', command) else command

    def wrong(self):
        """Of the steps, those that did not end as the story goes."""
        return [f'{s["who"]} {s["command"]}: exit status {s["status"]}, not {s["expected"]}' for s in self.steps
                if s['status'] != s['expected']]


class Reader:
    """Lines of a stream, as they come; what is said last need not end a line."""

    def __init__(self, stream):
        self.fd, self.left, self.is_over = stream.fileno(), b'', False

    def more(self, patience=60):
        if not select.select([self.fd], [], [], patience)[0]:
            raise TimeoutError(f'nothing was said for {patience} s, after: {self.left!r}')
        got = os.read(self.fd, 65536)
        self.is_over = not got
        self.left += got

    def lines(self, mark=None):
        """Up to the end, or to the line that begins with the mark: this is in .left, then."""
        while True:
            line, newline, rest = self.left.partition(b'\n')
            if mark and mark in line:
                said, _, self.left = self.left.partition(mark)
                if said:
                    yield said.decode(errors='replace')
                return
            if newline:
                self.left = rest
                yield line.decode(errors='replace')
            elif self.is_over:
                if line:
                    self.left = b''
                    yield line.decode(errors='replace')
                return
            else:
                self.more()


class Window:
    """A terminal on a host. Commands that are put there find the program and telnet in /opt/bin."""

    def __init__(self, teller, host, prompt=None):
        self.teller, self.host = teller, host
        self.prompt = prompt or f'{host.name}$'

    def popen(self, command, **options):
        environment = self.teller.environment | {'PATH': '/opt/bin:/usr/sbin:/usr/bin:/sbin:/bin'}
        return self.host.popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, **options)

    def _tell(self, lines, cut, on):
        cut, text = Cut(self.teller, cut), []
        for line in lines:
            text.append(COLOURS.sub('', line).rstrip())
            cut.line(line)
            if on and re.match(on[0], text[-1]):
                on[1]()
        cut.end()
        return '\n'.join(text)

    def do(self, command, expected=0, *, cut=None, on=None):
        """Shows it, and what it says. cut: see Cut; on: (pattern, what is called when a line begins so)."""
        self.teller.prompt(self.prompt, command)
        with self.popen(self.teller.coloured(command), stdin=subprocess.DEVNULL) as process:
            text = self._tell(Reader(process.stdout).lines(), cut, on)
        return self.teller.took(self.prompt, command, process.returncode, expected, text)

    def begin(self, command):
        """Shows it, and leaves it running."""
        self.teller.prompt(self.prompt, command)
        return command, self.popen(command, stdin=subprocess.DEVNULL)

    def end(self, running, expected=0, *, cut=None):
        """Waits for it, and shows what it says."""
        command, process = running
        with process:
            text = self._tell(Reader(process.stdout).lines(), cut, None)
        return self.teller.took(self.prompt, command, process.returncode, expected, text)

    def until(self, command, word, expected=0):
        """For what goes on for ever: its input ends once it has said this word."""
        self.teller.prompt(self.prompt, command)
        with self.popen(command, stdin=subprocess.PIPE) as process:
            reader = Reader(process.stdout)
            while word.encode() not in reader.left and not reader.is_over:
                reader.more()
            process.stdin.close()
            text = self._tell((line.strip('\r\0') for line in reader.lines()), {TOP: r'\S'}, None)
        return self.teller.took(self.prompt, command, process.returncode, expected, text)


class Login(Window):
    """A session over ssh: one connection, many commands."""

    def __init__(self, teller, host, there):
        super().__init__(teller, there, f'{there.name}#')
        teller.prompt(f'{host.name}$', f'ssh root@{there.address}')
        self.process = host.popen(['ssh', f'root@{there.address}', 'sh'], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)
        self.reader = Reader(self.process.stdout)

    def do(self, command, expected=0, *, cut=None, on=None):
        self.teller.prompt(self.prompt, command)
        line = f'{{ {self.teller.coloured(command)}\n}} </dev/null 2>&1; printf "\\001%d\\n" $?\n'
        self.process.stdin.write(line.encode())
        self.process.stdin.flush()
        text = self._tell(self.reader.lines(STATUS), cut, on)
        status = next(self.reader.lines(), None)
        return self.teller.took(self.prompt, command, int(status) if status else -1, expected, text)

    def close(self):
        self.process.stdin.close()
        with contextlib.suppress(TimeoutError):
            wait_until('the session ends', lambda: self.process.poll() is not None, 3)
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def allow_login(host, there):
    """root of host may log in there, by a key; there: before its sshd starts."""
    host.run('mkdir -p -m 700 /root/.ssh; ssh-keygen -q -t ed25519 -N "" -f /root/.ssh/id_ed25519')
    there.run('mkdir -p -m 700 /root/.ssh')
    there.write('/root/.ssh/authorized_keys', host.read('/root/.ssh/id_ed25519.pub'), 0o600)
    there.run('mkdir -p /etc/ssh; ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/lab_host_key')
    host.write('/root/.ssh/known_hosts', f'{there.address} {there.read("/etc/ssh/lab_host_key.pub")}', 0o600)


def put_programs(host, program):
    """Names that a person would type."""
    host.path('/opt/bin').mkdir()
    host.path('/opt/bin/kiriwake').symlink_to(program)
    # What it says stays in order in a pipe, too.
    host.write('/opt/bin/telnet', '#!/bin/sh\nexec stdbuf -oL inetutils-telnet "$@"\n', 0o755)

"""`run.py --run': the same faults, met by a program that `kiriwake run' runs on the client.

A file is asked if what the client sees of its fault is seen by connect() (or by the resolver), and needs nothing for that.
The program is one of curl, bash and Python, as the seed draws; it gets the source (--source) and the user (--as) of the file's
`check' command. A file may say otherwise:

    SIDES = ('run',)                         # for run alone
    EXPECT_RUN = {'certainty': 'proven'}     # over EXPECT; 'skip': why it is not asked
    lab.program = ['curl', '-sS', url]       # the words of the program that is run; a list, in build() or fault()
    NEEDS_ROOT = True                        # the program does; not with --as-user
"""
import os
import pathlib
import sys

from lab import Skip

here = pathlib.Path(__file__).resolve().parent
# What connect() itself comes to.
SEEN = {'local-refused', 'syn-not-sent', 'arp-unanswered', 'syn-unanswered', 'refused-by-rst', 'refused-by-icmp'}

# Of check's options.
WITH_VALUE = {'--send', '--server-name', '--ca', '--control', '--count', '--timeout', '--save', '--pcap'}


def is_asked(module, path):
    """Whether --run is about this file."""
    sides = getattr(module, 'SIDES', None)
    if sides:
        return 'run' in sides
    if getattr(module, 'EXPECT_RUN', {}).get('skip'):
        return False
    expect = getattr(module, 'EXPECT', {})
    symptom = expect.get('symptom', [])
    seen = set([symptom] if isinstance(symptom, str) else symptom)
    if path.parent.name == 'healthy':
        return expect.get('status', 'healthy') == 'healthy' and not expect.get('command')
    return bool(seen) and seen <= SEEN and not expect.get('command')


def place(target):
    """'HOST:PORT' or '[V6]:PORT', of a URL too."""
    target = target.partition('://')[2] or target
    host, _, port = target.split('/')[0].rpartition(':')
    return host.strip('[]'), port


def program_of(lab, target, source):
    """Words of a program that connects there."""
    host, port = place(target)
    if not port:
        raise Skip('the port is in the scheme')
    way = lab.rng.choice(['python', 'curl', 'bash'])
    if target.startswith('udp://'):
        raise Skip('of datagrams nothing is seen to work')
    if way == 'bash' and not source:
        return ['timeout', '3', 'bash', '-c', f'exec 3<>/dev/tcp/{host}/{port}']
    if way == 'curl':
        where = f'[{host}]' if ':' in host else host
        bound = ['--interface', source] if source else []
        return ['curl', '-sS', '--noproxy', '*', '-m', '4', '--connect-timeout', '3', *bound, f'telnet://{where}:{port}']
    return [sys.executable, str(here / 'run_client.py'), *(['--source', source] if source else []),
            host, port]


def words(lab, program, command, output):
    """The whole command line, for the file's `check' command; program: the words of ours."""
    command = [str(c) for c in command]
    options, source, target = [], None, lab.target
    while command:
        word = command.pop(0)
        if word == '--as':
            options += ['--as', command.pop(0)]
        elif word == '--source':
            source = command.pop(0)
        elif word in WITH_VALUE:
            command.pop(0)
        elif not word.startswith('-'):
            target = word
    run = getattr(lab, 'program', None) or program_of(lab, target, source)
    return [*lab.wrap, *program, 'run', '--json', '--output', output, *options, '--', *run]


def client(lab, *options, host=None):
    """Words of a program of ours that connects to the lab's service."""
    return [sys.executable, str(here / 'run_client.py'), *[str(o) for o in options], host or lab.server.address, str(lab.port)]


def output_path(lab):
    return f'/tmp/run-{os.getpid()}-{lab.rng.randrange(1 << 30)}.json'

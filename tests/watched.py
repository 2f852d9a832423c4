#!/usr/bin/python3
"""`kiriwake run' leaves its program as it is: input, output, exit status, signals, stops, threads, children; and what it says
of it keeps the promise of doc/run.schema.json. On the loopback interface alone.

usage: watched.py KIRIWAKE
"""
import contextlib
import json
import os
import pathlib
import pty
import random
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

try:
    import jsonschema
except ImportError:
    print('python3-jsonschema is not installed')
    sys.exit(77)

tests = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(tests / 'lib'))

import alone  # noqa: E402

kiriwake = str(pathlib.Path(sys.argv[1]).resolve())
doc = (tests / '../doc').resolve()
schema = json.loads((doc / 'run.schema.json').read_text())
jsonschema.Draft7Validator.check_schema(schema)
resolver = jsonschema.RefResolver('run.schema.json', schema, store={
    name: json.loads((doc / name).read_text()) for name in ('run.schema.json', 'check.schema.json')})
validator = jsonschema.Draft7Validator(schema, resolver=resolver)
environment = dict(os.environ, LC_ALL='C.UTF-8', LANGUAGE='')
environment.pop('http_proxy', None)
checked, wrong = 0, []
held = []


def claim(name, is_so, got=''):
    global checked
    checked += 1
    if not is_so:
        wrong.append(f'{name}: {str(got)[-600:]}')


def run(*words, options=(), stdin=b'', timeout=60, **more):
    return subprocess.run([kiriwake, 'run', *options, '--', *words], input=stdin, capture_output=True, check=False,
                          timeout=timeout, env=environment, **more)


def said(*words, options=(), **more):
    """(the JSON, the process)"""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / 'out.json'
        done = run(*words, options=['--json', '-o', str(path), *options], **more)
        value = json.loads(path.read_text() or 'null')
    error = jsonschema.exceptions.best_match(validator.iter_errors(value))
    claim(f'the schema holds for {words[:2]}', not error, error and f'{list(error.absolute_path)}: {error.message}')
    return value, done


def python(code):
    return [sys.executable, '-c', code]


def output():
    done = run('cat', stdin=bytes(range(256)) * 5000)
    claim('what goes in and out is untouched', done.stdout == bytes(range(256)) * 5000, len(done.stdout))
    done = run('sh', '-c', 'echo out; echo err >&2')
    claim('output is the program\'s alone', done.stdout == b'out\n', done.stdout)
    claim('errors come first, and then the verdict', done.stderr.startswith(b'err\nkiriwake: '), done.stderr)
    with tempfile.NamedTemporaryFile() as out:
        done = run('sh', '-c', 'echo err >&2', options=['-o', out.name])
        claim('--output takes the verdict away from the errors', done.stderr == b'err\n' and out.read(), done.stderr)
    begin = time.monotonic()
    reader = subprocess.run(f'{kiriwake} run -- sh -c "echo a; exec 2>&1" 2>/dev/null | cat', shell=True, capture_output=True,
                            check=False, env=environment)
    claim('a reader sees its end', reader.stdout == b'a\n' and time.monotonic() - begin < 5, reader.stdout)


def statuses():
    for status in (0, 1, 7, 255):
        done = run('sh', '-c', f'exit {status}', options=['--pass'])
        claim(f'--pass gives {status}', done.returncode == status, done.returncode)
    done = run('sh', '-c', 'kill -TERM $$', options=['--pass'])
    claim('--pass gives 128 + signal', done.returncode == 128 + signal.SIGTERM, done.returncode)
    claim('no connection is no fault', run('false').returncode == 0)
    claim('a program that is not there', run('/no/such').returncode == 2)
    claim('the same with --pass', run('/no/such', options=['--pass']).returncode == 127)
    claim('one that cannot be run', run('/etc/passwd', options=['--pass']).returncode == 126)
    claim('no program', subprocess.run([kiriwake, 'run'], capture_output=True, check=False).returncode == 2)
    # Built with AddressSanitizer, it cannot look for leaks while it is traced.
    done = run('env', 'LSAN_OPTIONS=detect_leaks=0', kiriwake, 'run', '--', 'true', options=['--pass'])
    claim('one in another says that it cannot', done.returncode == 3 and b'traced' in done.stderr, done.stderr)
    done = subprocess.run([kiriwake, 'run', 'sh', '-c', 'exit 3'], capture_output=True, check=False)
    claim('-- may be left out', done.returncode == 0 and b'status 3' in done.stderr, done.stderr)
    done = run('sh', '-c', 'ulimit -n; umask; trap; cat /proc/self/status', options=['-o', '/dev/null'])
    plain = subprocess.run(['sh', '-c', 'ulimit -n; umask; trap; cat /proc/self/status'], capture_output=True, check=False)
    kept = [b'SigBlk', b'SigIgn', b'SigCgt', b'ShdPnd', b'Cap', b'Uid', b'Gid', b'Groups', b'Umask'] + ([b'NoNewPrivs'] if os.geteuid() == 0 else [])

    def of(text):
        return [line for line in text.splitlines() if b':' not in line or any(line.startswith(k) for k in kept)]
    claim('limits, masks, signals, rights are its own', of(done.stdout) == of(plain.stdout), [
        (a, b) for a, b in zip(of(done.stdout), of(plain.stdout)) if a != b])


def state(pid):
    return pathlib.Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[0]


def wait(what, is_so, patience=10):
    end = time.monotonic() + patience
    while time.monotonic() < end:
        with contextlib.suppress(OSError, ValueError):
            if is_so():
                return True
        time.sleep(0.01)
    claim(what, False, 'not within 10 s')
    return False


def begin(*words, options=()):
    process = subprocess.Popen([kiriwake, 'run', *options, '--', *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, start_new_session=True, env=environment)
    return process, int(process.stdout.readline())


def signals():
    process, pid = begin('sh', '-c', 'trap "echo got; exit 5" TERM; echo $$; while :; do sleep 0.05; done', options=['--pass'])
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=20)
    claim('SIGTERM is passed on', out == 'got\n' and process.returncode == 5, (out, process.returncode))

    process, pid = begin('sh', '-c', 'trap "echo got; exit 6" INT; echo $$; while :; do sleep 0.05; done', options=['--pass'])
    os.killpg(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=20)
    claim('Ctrl-C is the program\'s', out == 'got\n' and process.returncode == 6, (out, process.returncode))

    process, pid = begin('sh', '-c', 'echo $$; sleep 0.3; echo on', options=['--pass'])
    os.kill(pid, signal.SIGSTOP)
    wait('it stops', lambda: state(pid) in 'tT')
    time.sleep(0.6)
    claim('it stays stopped', state(pid) in 'tT', state(pid))
    os.kill(pid, signal.SIGCONT)
    out, _ = process.communicate(timeout=20)
    claim('it goes on', out == 'on\n' and process.returncode == 0, (out, process.returncode))

    process, pid = begin('sh', '-c', 'echo $$; sleep 60 & wait')
    process.kill()
    process.communicate(timeout=20)
    claim('it ends with us', wait('it ends with us', lambda: not pathlib.Path(f'/proc/{pid}').exists() or state(pid) == 'Z'))


def full_port():
    """One that does not answer any more."""
    server = socket.create_server(('127.0.0.1', 0), backlog=0)
    held.append(server)
    for _ in range(3):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(server.getsockname())
        held.append(client)
    return server.getsockname()[1]


def terminal():
    pid, fd = pty.fork()
    if pid == 0:
        os.execvpe('bash', ['bash', '--norc', '-i'], environment)
    heard = ''

    def say(text, until):
        nonlocal heard
        heard = ''
        os.write(fd, text.encode())
        end = time.monotonic() + 10
        while time.monotonic() < end and not re.search(until, heard):
            if select.select([fd], [], [], 0.05)[0]:
                heard += os.read(fd, 65536).decode(errors='replace')
        claim(f'on a terminal, {text!r} is followed by {until}', re.search(until, heard), heard)
    say(f'{kiriwake} run --pass -- sh -c "trap \'echo I\'\'NT; exit 9\' INT; echo be\'\'gins; while :; do sleep 0.1; done"\n', 'begins')
    say('\x1a', 'Stopped')
    say('fg\n', 'kiriwake run')
    time.sleep(0.5)  # bash says so before it does it
    say('\x03', 'INT')
    say('echo status $?.\n', r'status 9\.')
    silent = CONNECTS % 'one(%d)' % full_port()
    say(f"{kiriwake} run -- {sys.executable} -c '{silent}'; echo status $?.\n", 'ended with|timed out')
    say('\x03', r'status [13]\.')
    say(f'{kiriwake} run -- sh -c "echo be\'\'gins; cat"\n', 'begins')
    say('a line\n', 'a line\r\na line')
    say('\x04', 'status 0')
    os.close(fd)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def left(mark):
    found = []
    for path in pathlib.Path('/proc').glob('[0-9]*/environ'):
        with contextlib.suppress(OSError):
            if mark.encode() in path.read_bytes():
                found.append(path.parent.name)
    return found


def ends(port, closed):
    mark = f'KIRIWAKE_TEST={random.randrange(1 << 60)}'
    name, value = mark.split('=')
    code = CONNECTS % f'''
import time
one({closed}); one({port}); time.sleep(20)'''
    for _ in range(12):
        process = subprocess.Popen([kiriwake, 'run', '-o', '/dev/null', '--', *python(code)], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, start_new_session=True, env={**environment, name: value})
        time.sleep(random.random() * 1.2)
        process.kill()
        process.wait()
        claim('after SIGKILL nothing is left', wait('nothing is left', lambda: not left(mark), 5), left(mark))


CONNECTS = '''
import socket, sys, threading
def one(port):
    try:
        socket.create_connection(("127.0.0.1", port), 2).close()
    except OSError as e:
        print(e)
%s
'''


def children(port):
    threads = CONNECTS % f'''
all = [threading.Thread(target=one, args=({port},)) for _ in range(20)]
[t.start() for t in all]; [t.join() for t in all]'''
    value, _ = said(*python(threads))
    claim('threads are followed', [(c['tried'], c['worked']) for c in value['connections']] == [(20, 20)], value['connections'])
    value, done = said('sh', '-c', f'for i in 1 2 3; do (exec bash -c "exec 3<>/dev/tcp/127.0.0.1/{port}") & done; wait')
    claim('children are followed', [(c['tried'], c['worked']) for c in value['connections']] == [(3, 3)], value['connections'])
    claim('that is healthy', value['verdict']['status'] == 'healthy' and done.returncode == 0, value['verdict'])
    value, _ = said('sh', '-c', 'for i in $(seq 200); do /bin/true; done')
    claim('what has no connections is hardly stopped', value['program']['stops'] < 20, value['program'])
    forever = CONNECTS % f'''
import os
one({port})
if os.fork() == 0:
    os.close(1); os.close(2); os.setsid()
    import time; time.sleep(1); os._exit(0)'''
    value, done = said(*python(forever))
    claim('children that stay are waited for', done.returncode == 0 and value['program']['seconds'] < 1, value['program'])


LATER = '''
import errno, os, select, socket
s = socket.socket(); s.setblocking(False)
assert s.connect_ex(("127.0.0.1", %d)) == errno.EINPROGRESS
select.select([], [s], [], 2)
err = s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
assert err == errno.ECONNREFUSED, err
'''
UNASKED = '''
import os, select, socket, time
s = socket.socket(); s.setblocking(False); s.connect_ex(("127.0.0.1", %d)); time.sleep(0.5)
err = s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
assert err, "it was taken from the program"
'''
EPOLL = '''
import select, socket, time
s = socket.socket(); s.setblocking(False); s.connect_ex(("127.0.0.1", %d))
p = select.poll(); p.register(s, select.POLLOUT); p.poll(2000)
assert s.connect_ex(("127.0.0.1", %d)) in (0, 106, 111)
'''


def answers(port, closed):
    for name, code, error in (('later', LATER % closed, 'ECONNREFUSED'), ('asked late', UNASKED % closed, 'ECONNREFUSED'),
                              ('by connect()', EPOLL % (closed, closed), 'ECONNREFUSED'),
                              ('at once', CONNECTS % f'one({closed})', 'ECONNREFUSED')):
        value, done = said(*python(code))
        failed = value['connections'][0]['failed'] or {}
        claim(f'the answer that comes {name} is seen', failed.get('error') == error, value['connections'])
        claim(f'... and left to the program ({name})', value['program']['exit'] == 0, done.stderr)
        claim(f'... and is a fault ({name})', done.returncode == 1 and value['verdict']['symptom'] == 'refused-by-rst',
              value['verdict'])
    value, done = said(*python(EPOLL % (port, port)))
    claim('a connection that comes later is seen', value['connections'][0]['worked'] == 1, value['connections'])
    retry = CONNECTS % f'one({closed}); one({closed}); one({port})'
    value, done = said(*python(retry))
    claim('each destination is told', sorted(c['tried'] for c in value['connections']) == [1, 2], value['connections'])
    value, _ = said(*python(CONNECTS % f'one({closed})'), options=['--no-check'])
    claim('--no-check sends nothing', value['syns_sent'] == 0 and value['verdict'] is None, value['verdict'])
    done = run(*python(CONNECTS % f'one({closed})'))
    claim('the text says it', b'ECONNREFUSED' in done.stderr or b'Connection refused' in done.stderr, done.stderr)


def kinds(port):
    compiler = shutil.which('cc') or shutil.which('gcc')
    source = f'''#include <arpa/inet.h>
#include <unistd.h>
int main(void) {{ struct sockaddr_in a = {{ .sin_family = AF_INET, .sin_port = htons({port}) }};
int fd = socket(AF_INET, SOCK_STREAM, 0); a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
return connect(fd, (void *)&a, sizeof(a)) ? 1 : write(1, "", 0) != 0; }}'''
    for kind in ('-static', '-m32', '-m32 -static'):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / 'program'
            made = compiler and subprocess.run([compiler, *kind.split(), '-x', 'c', '-', '-o', str(path)], input=source, text=True,
                                               capture_output=True, check=False).returncode == 0
            if not made:
                print(f'skipped: no compiler for {kind}')
                continue
            value, _ = said(str(path))
            claim(f'a program made by {kind} is seen', [c['worked'] for c in value['connections']] == [1], value['connections'])


NARROW = '''#include <arpa/inet.h>
#include <sys/mman.h>
static long call(long n, long a, long b, long c)
{
	long r;
	__asm__ volatile("int $0x80" : "=a"(r) : "a"(n), "b"(a), "c"(b), "d"(c) : "memory", "r8", "r9", "r10", "r11");
	return r;
}
int main(void)
{
	unsigned *m = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	struct sockaddr_in *a = (void *)(m + 64);
	long fd;
	a->sin_family = AF_INET; a->sin_port = htons(%d); a->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	m[0] = AF_INET; m[1] = SOCK_STREAM;
	fd = call(102, 1, (long)m, 0);
	if (fd < 0) return 99;
	m[0] = fd; m[1] = (unsigned)(long)a; m[2] = sizeof(*a);
	if (call(102, 3, (long)m, 0)) return 1;
	fd = call(359, AF_INET, SOCK_STREAM, 0);
	return call(362, fd, (long)a, sizeof(*a)) != 0;
}'''


def narrow(port):
    """The calls of 32-bit programs, both ways."""
    compiler = shutil.which('cc') or shutil.which('gcc')
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / 'program'
        if os.uname().machine != 'x86_64' or not compiler or subprocess.run(
                [compiler, '-x', 'c', '-', '-o', str(path)], input=NARROW % port, text=True, capture_output=True,
                check=False).returncode or subprocess.run([str(path)], check=False).returncode:
            print('skipped: no 32-bit calls here')
            return
        value, _ = said(str(path))
        claim('32-bit calls are seen', [c['worked'] for c in value['connections']] == [2], value['connections'])


def users(port):
    if os.geteuid() != 0:
        print('skipped: no root here')
        return
    value, _ = said('id', '-u', options=['--as', 'nobody'])
    _, done = said('id', '-u', options=['--as', 'daemon'])
    claim('--as is the program\'s user', done.stdout == b'1\n', done.stdout)
    claim('there must be such a user', run('true', options=['--as', 'no-such-user-x']).returncode == 2)
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        program = pathlib.Path(folder) / 'id'
        shutil.copy('/usr/bin/id', program)
        os.chown(program, 1, 1)
        os.chmod(program, 0o4755)
        done = run(str(program), '-u', options=['-o', '/dev/null'])
        claim('as root, a set-user-ID program has its rights', done.stdout == b'1\n', done.stdout)
        copy = pathlib.Path(folder) / 'kiriwake'
        shutil.copy(kiriwake, copy)
        done = subprocess.run(['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', str(copy), 'run', '--', str(program),
                               '-u'], capture_output=True, check=False, env=environment)
        claim('else it has not, and that is told', done.stdout == b'65534\n' and b'without the rights' in done.stderr,
              (done.stdout, done.stderr))
    done = run('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', *python(CONNECTS % f'one({port})'))
    claim('a program that changes its user is followed', b'worked' in done.stderr and done.returncode == 0, done.stderr)


def main():
    with tempfile.TemporaryDirectory() as folder:
        why = alone.enter(folder)
        if why:
            print(f'on this machine\'s own loopback interface: {why}')
        server = socket.create_server(('127.0.0.1', 0), backlog=128)
        port = server.getsockname()[1]
        with socket.socket() as s:
            s.bind(('127.0.0.1', 0))
            closed = s.getsockname()[1]
        output()
        statuses()
        signals()
        terminal()
        children(port)
        answers(port, closed)
        kinds(port)
        narrow(port)
        users(port)
        ends(port, closed)
        server.close()
    print('\n'.join(wrong) or f'{checked} claims hold')
    return bool(wrong)


if __name__ == '__main__':
    sys.exit(main())

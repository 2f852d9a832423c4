"""Services of the lab: each function starts one on a host, waits until it serves, and returns it (lab.Service).

The real daemons come from get-packages; the small ones are Python functions in a process of their own. Without an address a
service listens on both families.
"""
import ctypes
import errno
import os
import pathlib
import resource
import select
import shutil
import socket
import ssl
import struct
import sys
import time

from lab import Skip, quote, wait_until

ANY = '::'


def has(host, program):
    return any(host.path(f'/usr/{folder}/{program}').exists() for folder in ('sbin', 'bin'))


def need(host, program):
    """The program is there, or the test is skipped."""
    if not has(host, program):
        raise Skip(f'no {program} here (tests/netns/get-packages)')


def user(host, name, number, home='/nonexistent'):
    """A system user, as a package would have made."""
    passwd = host.read('/etc/passwd')
    if f'\n{name}:' not in passwd:
        host.write('/etc/passwd', passwd + f'{name}:x:{number}:{number}::{home}:/usr/sbin/nologin\n')
        host.write('/etc/group', host.read('/etc/group') + f'{name}:x:{number}:\n')


# Small ones


def _listener(address, port, *, backlog=128, v6only=False, device=None, prepare=None):
    s = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if ':' in address:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(v6only))
    if device:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
    if prepare:
        prepare(s)
    s.bind((address, port))
    s.listen(backlog)
    return s


def _serve(each, address, port, options):
    listener = _listener(address, port, **options)
    while True:
        connection, _ = listener.accept()
        # A child for each: a client that hangs must not hang the others. Two forks, so that nobody waits for them.
        if os.fork() == 0:
            if os.fork() == 0:
                listener.close()
                try:
                    each(connection)
                except OSError:
                    pass
                os._exit(0)
            os._exit(0)
        os.wait()
        connection.close()


def tcp_server(host, port, each, *, address=ANY, **options):
    """each(connection) in a process of its own for every connection; options: backlog, v6only, device, prepare(socket)."""
    service = host.fork(_serve, each, address, port, options)
    host.wait_listening(port, service=service)
    return service


def _until_end(connection):
    while connection.recv(65536):
        pass


def banner_server(host, port, banner=b'220 ready\r\n', **options):
    """Speaks first, then reads until the client is through."""
    def each(connection):
        connection.sendall(banner)
        _until_end(connection)
    return tcp_server(host, port, each, **options)


def silent_server(host, port, **options):
    """Waits for the client to speak, as TLS or HTTP do, and never answers."""
    return tcp_server(host, port, _until_end, **options)


def echo_server(host, port, **options):
    def each(connection):
        while data := connection.recv(65536):
            connection.sendall(data)
    return tcp_server(host, port, each, **options)


def closing_server(host, port, **options):
    """Accepts and closes at once (FIN)."""
    return tcp_server(host, port, lambda connection: None, **options)


def resetting_server(host, port, **options):
    """Accepts and resets at once."""
    def each(connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        connection.close()
    return tcp_server(host, port, each, **options)


def one_process_closer(host, port, *, resets=False, asks=None, address=ANY, **options):
    """One process, no child: accepts and closes, or resets; asks: a port of the client's that it connects to before."""
    def serve():
        listener = _listener(address, port, **options)
        while True:
            connection, peer = listener.accept()
            if asks:
                with socket.socket(connection.family, socket.SOCK_STREAM) as question:
                    question.connect_ex((peer[0], asks))
            if resets:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
            connection.close()
    service = host.fork(serve)
    host.wait_listening(port, service=service)
    return service


def http_server(host, port, *, body='It works.\n', status='200 OK', headers=(), wait=0.0, **options):
    """Answers every request with the same page."""
    def each(connection):
        data = b''
        while b'\r\n\r\n' not in data:
            more = connection.recv(65536)
            if not more:
                return
            data += more
        time.sleep(wait)
        lines = [f'HTTP/1.1 {status}', 'Server: lab', f'Content-Length: {len(body)}', 'Connection: close', *headers, '', body]
        connection.sendall('\r\n'.join(lines).encode())
    return tcp_server(host, port, each, **options)


def one_process_server(host, port, banner, *, files=1024, answer=b'250 fine\r\n', address=ANY, **options):
    """One process for all connections, with so many file descriptors; it speaks first and answers every line."""
    def serve():
        listener = _listener(address, port, **options)
        listener.setblocking(False)
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
        watched = [listener]
        while True:
            for s in select.select(watched, [], [])[0]:
                try:
                    if s is listener:
                        connection, _ = listener.accept()
                        connection.sendall(banner)
                        watched.append(connection)
                    elif data := s.recv(65536):
                        s.sendall(answer * data.count(b'\n'))
                    else:
                        watched.remove(s)
                        s.close()
                except OSError as error:
                    if s is not listener:
                        watched.remove(s)
                        s.close()
                    elif error.errno == errno.EMFILE:
                        time.sleep(0.1)
    service = host.fork(serve)
    host.wait_listening(port, service=service)
    return service


def udp_server(host, port, *, address=ANY, answer=None):
    """Echoes, or answers with what answer(data) gives (None: silence)."""
    def serve():
        s = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_DGRAM)
        s.bind((address, port))
        while True:
            data, peer = s.recvfrom(65536)
            said = answer(data) if answer else data
            if said is not None:
                s.sendto(said, peer)
    service = host.fork(serve)
    host.wait_listening(port, 'udp', service)
    return service


def hold_connections(host, address, port, number):
    """A host that opens connections and keeps them, without a word; how many came to be is not its business."""
    def hold():
        held = []
        for _ in range(number):
            s = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_STREAM)
            s.setblocking(False)
            s.connect_ex((address, port))
            held.append(s)
            time.sleep(0.005)
        while held:
            time.sleep(1e6)
    service = host.fork(hold)
    wait_until(f'{number} connections', lambda: host.connections(address, port) >= number or not service.alive())
    return service


def accept_nothing(host, port, *, backlog=128, address=ANY):
    """Listens and never accepts; what the queue holds is up to the backlog."""
    def serve():
        listener = _listener(address, port, backlog=backlog)
        while listener:
            time.sleep(1e6)
    service = host.fork(serve)
    host.wait_listening(port, service=service)
    return service


# Real ones


def sshd(host, port=22, *, address=None, options=(), path='/etc/ssh/sshd_lab'):
    """OpenSSH; options: lines of sshd_config; path: where they are."""
    need(host, 'sshd')
    user(host, 'sshd', 74, '/run/sshd')
    key = '/etc/ssh/lab_host_key'
    if not host.path(key).exists():
        host.path('/etc/ssh').mkdir(exist_ok=True)
        host.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key])
    lines = [f'Port {port}', f'HostKey {key}', 'UsePAM no', 'PidFile none', 'UseDNS no',
             *([f'ListenAddress {address}'] if address else [])]
    # The first line that sets an option counts.
    host.write(path, '\n'.join([*options, *lines]) + '\n')
    service = host.start(f'exec /usr/sbin/sshd -D -e -f {path}')
    host.wait_listening(port, service=service)
    return service


def inetd(host, *lines):
    """openbsd-inetd with these lines of inetd.conf; services are names of /etc/services or ports."""
    need(host, 'inetd')
    text = ''
    for line in lines:
        name, rest = line.split(None, 1)
        if name.isdigit():
            host.write('/etc/services', host.read('/etc/services') + f'lab{name} {name}/tcp\n')
            name = 'lab' + name
        text += f'{name} {rest}\n'
    host.write('/etc/inetd.conf', text)
    return host.start('exec /usr/sbin/inetd -i /etc/inetd.conf')


def telnetd_behind_tcpd(host, port=23):
    """in.telnetd behind tcpd behind inetd, as in the story; hosts.allow and hosts.deny are the host's own."""
    need(host, 'tcpd')
    need(host, 'telnetd')
    service = inetd(host, f'{port} stream tcp nowait root /usr/sbin/tcpd /usr/sbin/telnetd',
                    f'{port} stream tcp6 nowait root /usr/sbin/tcpd /usr/sbin/telnetd')
    host.wait_listening(port, service=service)
    return service


def xinetd(host, port, program, *, lines=()):
    """One service of xinetd; lines: more of its block, e.g. 'only_from = 10.0.0.1'."""
    need(host, 'xinetd')
    host.write('/etc/xinetd.lab', '\n'.join([
        'defaults', '{', '}', 'service lab', '{', 'type = UNLISTED', f'port = {port}', 'socket_type = stream', 'protocol = tcp',
        'wait = no', 'user = root', f'server = {program}', 'flags = IPv6', *lines, '}']) + '\n')
    service = host.start('exec /usr/sbin/xinetd -dontfork -f /etc/xinetd.lab')
    host.wait_listening(port, service=service)
    return service


def softether(host, port=5555):
    """SoftEther VPN server as it comes: 443, 992, 1194 and 5555; another port is added."""
    need(host, 'vpnserver')
    source = pathlib.Path(host.lab.stage.packages, 'usr/libexec/softether/vpnserver')
    place = host.path('/opt/softether')
    if source.is_dir():
        shutil.copytree(source, place, dirs_exist_ok=True)
    else:
        shutil.copytree(host.path('/usr/libexec/softether/vpnserver'), place, dirs_exist_ok=True)
    service = host.start('cd /opt/softether && exec ./vpnserver execsvc')
    host.wait_listening(5555, service=service)
    if port != 5555:
        host.run(['vpncmd', 'localhost:5555', '/SERVER', '/PASSWORD:', '/CMD', 'ListenerCreate', str(port)])
        host.wait_listening(port, service=service)
    wait_until('SoftEther speaks TLS', lambda: _speaks_tls(host, port), 40)
    return service


def _speaks_tls(host, port):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with host.network():
        try:
            with socket.create_connection(('127.0.0.1', port), 2) as s, context.wrap_socket(s) as tls:
                return tls.version() is not None
        except OSError:
            return False


def nginx(host, port, *, server='', http='', tls=None, address=None):
    """server, http: more lines of these blocks; tls: (certificate, key)."""
    need(host, 'nginx')
    host.write('/var/www/index.html', 'It works.\n')
    for folder in ('/var/lib/nginx', '/var/log/nginx'):
        host.path(folder).mkdir(parents=True, exist_ok=True)
    kind = ' ssl' if tls else ''
    listens = [f'{address}:{port}'] if address else [str(port), f'[::]:{port}']
    lines = [f'listen {listen}{kind};' for listen in listens]
    if tls:
        lines += [f'ssl_certificate {tls[0]};', f'ssl_certificate_key {tls[1]};']
    host.write('/etc/nginx/lab.conf', 'daemon off; pid /run/nginx.pid; error_log stderr; user nobody nogroup;\n'
               'events { }\nhttp { access_log off;\n' + http +
               '\nserver { root /var/www;\n' + '\n'.join(lines) + '\n' + server + '\n}\n}\n')
    service = host.start('exec nginx -c /etc/nginx/lab.conf')
    host.wait_listening(port, service=service)
    return service


def dnsmasq(host, records=(), *, options=(), port=53):
    """A name server: records as 'name address...' lines, options as lines of dnsmasq.conf. It asks nobody else."""
    need(host, 'dnsmasq')
    lines = [f'port={port}', 'no-resolv', 'no-hosts', 'user=root', 'log-facility=-', 'log-queries', 'keep-in-foreground',
             'bind-interfaces', *[f'host-record={",".join(r.split())}' for r in records], *options]
    host.write('/etc/dnsmasq.lab', '\n'.join(lines) + '\n')
    service = host.start('exec dnsmasq -C /etc/dnsmasq.lab')
    host.wait_listening(port, service=service)
    host.wait_listening(port, 'udp', service)
    return service


def silent_resolver(lab):
    """lab.resolver: a name server's address that swallows all questions."""
    lab.add_host('resolver', behind=lab.router)
    for name in ('iptables-nft', 'ip6tables-nft'):
        lab.resolver.run(f'{name} -A INPUT -p udp --dport 53 -j DROP && {name} -A INPUT -p tcp --dport 53 -j DROP')
    return lab.resolver


def resolves_by(client, *addresses, options=''):
    """client asks these name servers."""
    client.write('/etc/resolv.conf', ''.join(f'nameserver {a}\n' for a in addresses) + (f'options {options}\n' if options else ''))


def vsftpd(host, port=21, *, options=()):
    need(host, 'vsftpd')
    user(host, 'ftp', 89, '/srv/ftp')
    host.path('/srv/ftp').mkdir(parents=True, exist_ok=True)
    host.write('/srv/ftp/readme', 'It works.\n')
    host.write('/etc/vsftpd.lab', '\n'.join([
        'listen=NO', 'listen_ipv6=YES', f'listen_port={port}', 'anonymous_enable=YES', 'anon_root=/srv/ftp', 'background=NO',
        'secure_chroot_dir=/run/vsftpd/empty', 'seccomp_sandbox=NO', 'isolate_network=NO', *options]) + '\n')
    service = host.start('exec vsftpd /etc/vsftpd.lab')
    host.wait_listening(port, service=service)
    return service


def haproxy(host, port, backends, *, mode='tcp', lines=(), device=None):
    """backends: HOST:PORT; lines: more of the listen block; device: the only one that it listens on."""
    need(host, 'haproxy')
    host.write('/etc/haproxy.lab', '\n'.join([
        'defaults', f' mode {mode}', ' timeout connect 1s', ' timeout client 60s', ' timeout server 60s', 'listen lab',
        f' bind :::{port} v4v6' + (f' interface {device}' if device else ''), *[' ' + line for line in lines],
        *[f' server s{n} {b}' for n, b in enumerate(backends)]]) + '\n')
    service = host.start('exec haproxy -db -f /etc/haproxy.lab')
    host.wait_listening(port, service=service)
    return service


def redis(host, port=6379, *, options=()):
    need(host, 'redis-server')
    service = host.start(['redis-server', '--port', port, '--protected-mode', 'no', '--bind', '0.0.0.0', '::', '--save', '',
                          '--daemonize', 'no', *options])
    host.wait_listening(port, service=service)
    return service


# TLS


def authority(host, name='Lab CA', folder='/etc/lab-ca'):
    """A certificate authority on a host; the path of its certificate."""
    if not host.path(folder).exists():
        host.path(folder).mkdir(parents=True)
        host.run(f'cd {folder} && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -keyout key.pem '
                 f'-out cert.pem -subj {quote("/CN=" + name)} 2>&1')
    return f'{folder}/cert.pem'


def certificate(host, *names, folder='/etc/lab-ca', start=-86400, end=90 * 86400, self_signed=False, usage='serverAuth,clientAuth', rsa=False):
    """A certificate for names and addresses, signed by authority(host) or by itself; start, end: seconds from now.

    Returns (certificate, key), paths on that host; copy_file() takes them to another.
    """
    authority(host, folder=folder)
    base = f'{folder}/{abs(hash((names, start, end, self_signed, usage, rsa))):x}'
    subject = ','.join(('IP:' if ':' in n or n.replace('.', '').isdigit() else 'DNS:') + n for n in names)
    host.path(base).mkdir(exist_ok=True)
    stamp = [time.strftime('%Y%m%d%H%M%SZ', time.gmtime(time.time() + offset)) for offset in (start, end)]
    host.write(f'{base}/ca.conf', '\n'.join([
        '[ca]', 'default_ca=lab', '[lab]', f'database={base}/index', f'new_certs_dir={base}', 'rand_serial=yes', 'default_md=sha256',
        'policy=any', 'x509_extensions=v3', 'unique_subject=no', '[any]', 'commonName=optional', '[v3]',
        f'subjectAltName={subject}', f'extendedKeyUsage={usage}', '']))
    host.write(f'{base}/index', '')
    sign = '-selfsign -keyfile key.pem' if self_signed else f'-cert {folder}/cert.pem -keyfile {folder}/key.pem'
    kind = 'rsa:2048' if rsa else 'ec -pkeyopt ec_paramgen_curve:P-256'
    host.run(f'cd {base} && exec 2>&1; openssl req -newkey {kind} -nodes -keyout key.pem -out req.pem '
             f'-subj {quote("/CN=" + names[0])}; openssl ca -batch -notext -config ca.conf -in req.pem -out cert.pem {sign} '
             f'-startdate {stamp[0]} -enddate {stamp[1]}')
    return f'{base}/cert.pem', f'{base}/key.pem'


def copy_file(source, name, to, new_name=None):
    """A file from one host to another."""
    to.write(new_name or name, source.read(name))
    return new_name or name


def tls_server(host, port, cert, key, *, prepare=None, greeting=None, **options):
    """TLS by Python; prepare(context) may change the SSLContext (versions, ciphers, client certificates)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(host.path(cert), host.path(key))
    if prepare:
        prepare(context)

    def each(connection):
        with context.wrap_socket(connection, server_side=True) as tls:
            if greeting:
                tls.sendall(greeting)
            while data := tls.recv(65536):
                if data.endswith(b'\r\n\r\n'):
                    tls.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nIt works.\n')
                    return
    return tcp_server(host, port, each, **options)


def tls_client(lab, name, ca=None, options=''):
    """Words of a client that is content with nothing but a certificate for this name (or with any, where there is no CA)."""
    trust = f'-CAfile {ca} -verify_return_error -verify_hostname {name}' if ca else ''
    return ['sh', '-c', f'(sleep 1; echo) | openssl s_client -{lab.family} -connect {name}:{lab.port} -servername {name} {trust} {options} -quiet']


def mute_client(lab):
    """Words of a client that waits for the service to speak first: nothing of it is unread when the service ends the connection."""
    return [sys.executable, '-c', 'import socket, sys; socket.create_connection(sys.argv[1:]).recv(1)', lab.address, str(lab.port)]


def clock_is_kept():
    """Whether this machine's kernel says so (adjtimex(2)); clocks have no namespace."""
    timex = ctypes.create_string_buffer(256)  # all zeros: nothing is set
    state = ctypes.CDLL(None).adjtimex(timex)
    return 0 <= state < 5 and not ctypes.c_int.from_buffer(timex, 5 * ctypes.sizeof(ctypes.c_long)).value & 0x40


# Any


def some_service(lab, host=None, port=None, **options):
    """One drawn by the seed: what a fault below it looks like must not depend on it."""
    host, port = host or lab.server, port or lab.port
    kinds = [sshd, http_server, silent_server, banner_server, echo_server, nginx]
    if options:
        kinds = kinds[1:5]
    kind = lab.rng.choice([k for k in kinds if k not in (sshd, nginx) or has(host, k.__name__)])
    lab.kind = kind.__name__
    return kind(host, port, **options)

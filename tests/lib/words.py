"""What programs say, by short names: TLS, SSH, HTTP and DNS messages into bytes."""
import ipaddress
import re
import struct

FILLER = b'0123456789abcdefghijklmnopqrstuvwxyz'

HANDSHAKES = {'server-hello': 2, 'certificate': 11, 'server-key': 12, 'certificate-request': 13, 'hello-done': 14,
              'client-key': 16, 'certificate-verify': 15}
ALERTS = {'close_notify': 0, 'unexpected_message': 10, 'handshake_failure': 40, 'bad_certificate': 42,
          'certificate_revoked': 44, 'certificate_expired': 45, 'certificate_unknown': 46, 'illegal_parameter': 47,
          'unknown_ca': 48, 'decode_error': 50, 'decrypt_error': 51, 'protocol_version': 70,
          'insufficient_security': 71, 'internal_error': 80, 'unrecognized_name': 112, 'certificate_required': 116}
REASONS = {200: 'OK', 301: 'Moved Permanently', 302: 'Found', 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found',
           407: 'Proxy Authentication Required', 421: 'Misdirected Request', 502: 'Bad Gateway',
           503: 'Service Unavailable', 504: 'Gateway Timeout'}
RCODES = {'noerror': 0, 'servfail': 2, 'nxdomain': 3, 'refused': 5}
TYPES = {'A': 1, 'PTR': 12, 'MX': 15, 'TXT': 16, 'AAAA': 28, 'SRV': 33, 'HTTPS': 65}


def filler(length):
    return (FILLER * (length // len(FILLER) + 1))[:length]


def record(kind, body, version=0x0303):
    return struct.pack('!BHH', kind, version, len(body)) + body


def handshake(kind, body):
    return record(22, struct.pack('!I', kind << 24 | len(body)) + body, 0x0301 if kind == 1 else 0x0303)


def client_hello(name, version):
    extensions = b''
    if name:
        raw = name.encode()
        extensions += struct.pack('!HHHBH', 0, len(raw) + 5, len(raw) + 3, 0, len(raw)) + raw
    if version == '1.3':
        extensions += bytes.fromhex('002b000302') + b'\x03\x04'
    body = b'\x03\x03' + filler(32) + b'\0' + bytes.fromhex('0006130113021303') + b'\x01\0'
    return handshake(1, body + struct.pack('!H', len(extensions)) + extensions)


def server_hello(version):
    extensions = bytes.fromhex('002b00020304') if version == '1.3' else b''
    return handshake(2, b'\x03\x03' + filler(32) + b'\0\x13\x01\0' + struct.pack('!H', len(extensions)) + extensions)


def ssh_packet(number, length):
    body = bytes([number]) + filler(length)
    pad = -(len(body) + 5) % 8 + 8
    return struct.pack('!IB', len(body) + pad + 1, pad) + body + b'\0' * pad


def dns_name(name):
    return b''.join(bytes([len(part)]) + part.encode() for part in name.strip('.').split('.') if part) + b'\0'


def dns(ident, name, kind, answer=None):
    """A question; with answer (a list of words) what the name server says to it."""
    question = dns_name(name) + struct.pack('!HH', TYPES[kind], 1)
    if answer is None:
        return struct.pack('!HHHHHH', ident, 0x0100, 1, 0, 0, 0) + question
    flags, records = 0x8180, []
    for word in answer:
        if word in RCODES:
            flags |= RCODES[word]
        elif word == 'truncated':
            flags |= 0x0200
        else:
            address = ipaddress.ip_address(word)
            records.append(struct.pack('!HHHIH', 0xc00c, 1 if address.version == 4 else 28, 1, 300,
                                       len(address.packed)) + address.packed)
    return struct.pack('!HHHHHH', ident, flags, 1, len(records), 0, 0) + question + b''.join(records)


def unescape(text):
    return text.encode('latin-1').decode('unicode_escape').encode('latin-1')


def say(words):
    """One message by its words, or None where they are no message of ours."""
    word, rest = words[0], words[1:]
    if word.startswith('"'):
        return unescape(word[1:-1])
    if word == 'data':
        return filler(int(rest[0]))
    if word == 'hex':
        return bytes.fromhex(''.join(rest))
    if word == 'line':
        return ' '.join(rest).encode() + b'\r\n'
    if word == 'ssh':
        return b'SSH-2.0-' + rest[0].encode() + b'\r\n'
    if word in ('kexinit', 'kexreply', 'newkeys'):
        return ssh_packet({'kexinit': 20, 'kexreply': 31, 'newkeys': 21}[word], int(rest[0]) if rest else 200)
    if word in ('get', 'connect-to'):
        host = rest[1] if len(rest) > 1 else 'www.example.org'
        request = f'GET {rest[0]}' if word == 'get' else f'CONNECT {rest[0]}'
        return f'{request} HTTP/1.1\r\nHost: {host}\r\n\r\n'.encode()
    if word == 'status':
        body = ' '.join(rest[1:])
        return f'HTTP/1.1 {rest[0]} {REASONS[int(rest[0])]}\r\nContent-Length: {len(body)}\r\n\r\n{body}'.encode()
    return say_tls(word, rest)


def say_tls(word, rest):
    versions = [w for w in rest if re.fullmatch(r'1\.[0-3]', w)]
    version = versions[0] if versions else '1.3'
    names = [w for w in rest if not re.fullmatch(r'[\d.]+', w)]
    if word == 'client-hello':
        return client_hello(names[0] if names else None, version)
    if word == 'server-hello':
        return server_hello(version)
    if word in HANDSHAKES:
        return handshake(HANDSHAKES[word], filler(int(rest[0]) if rest else 64))
    if word == 'ccs':
        return record(20, b'\x01')
    if word == 'app':
        return record(23, filler(int(rest[0])))
    if word == 'alert':
        level = {'warning': 1, 'fatal': 2}[rest[0]]
        return record(21, bytes([level, ALERTS[rest[1]] if rest[1] in ALERTS else int(rest[1])]))
    if word == 'encrypted-alert':
        return record(21, filler(26))
    return None

#!/usr/bin/python3
"""Turns the text of a conversation into a capture, so that a test case is read and changed as text.

usage: conversation.py FILE.conv [FILE.pcap]     (without FILE.pcap, to standard output)

A conversation is header lines, an empty line, and one line a packet:

    # The second SYN is answered.
    ends: 10.1.0.7:50502 > 172.16.1.2:5555
    symptom: none

    0 1     > syn
    1.02    < synack
            > ack
            > line hello + fin
    watch 10

Header (whatever is not listed here is for the one who asks, such as cases.py):
    ends [NAME]: [tcp|udp|icmp|arp] A:PORT > B:PORT    client > server; without a NAME, the conversation itself
    link: ethernet|sll|raw|null                        ethernet
    explain: --at server                               where it is captured, which link headers tell too
    here: ADDRESS                                      the capturing host, where it is not the client (the server)
    via: ADDRESS                                       the router on the link: the far end has its MAC address
    mac: ADDRESS 02:…                                  else made from the address
    ttl: 64 < 57                                       of what is sent, of what is received; 64 both
    see: > (or <)                                      only that direction is captured
    mirror: SECONDS                                    everything is captured twice, that much apart

A line: [TIME…] [NAME] WHAT. A time is in seconds, or +SECONDS after the line before, or left out: a millisecond later.
With several times the same packet is sent again (a retransmission); a ping is a new one each time. Lines may stand in
any order of time; what is acknowledged follows the order of the lines.
    > or < MESSAGE [+ MESSAGE…] [ATTRIBUTE…]           from the client, to the client
    connect [rtt=0.01]                                 the three packets of the handshake
    > close                                            the three packets of an orderly end, the client's FIN first
    ADDRESS asks for ADDRESS                           ARP or neighbour discovery; client and server are addresses too
    ADDRESS answers ADDRESS [mac=…]
    watch TIME                                         others ping one another then: the capture goes on
    repeat N … end                                     the lines between, N times

MESSAGE of TCP: syn synack ack fin rst rstack, again (what that side sent last), keepalive; and what is said (words.py):
    data N, hex …, line TEXT, "text with \\r\\n", get /PATH [HOST], connect-to HOST:PORT, status 404, ssh NAME,
    kexinit, kexreply, client-hello [NAME] [1.2], server-hello [1.2], certificate [N], certificate-request,
    hello-done, client-key, ccs, app N, alert fatal|warning NAME
MESSAGE of UDP: what is said, or query NAME [TYPE], reply ADDRESS…|nxdomain|servfail|refused|noerror|truncated.
MESSAGE of any: ping, pong, icmp NAME|TYPE/CODE [from=ADDRESS] [mtu=N], which quotes the last packet the other way.
ATTRIBUTE: seq= ack= (relative as tcpdump prints them, or abs:N), isn= win= mss= wscale= sack=1-10,20-30 fastopen md5
    ece cwr no-ts no-sack no-options new (a new connection of the same ends), ttl= id= label= smac= dmac= vlan= otherhost
    bad-checksum, lost (it does not arrive), unseen (it is not captured), fragment=BYTES [keep=N] (the first N of them),
    quote=BYTES.
"""
import dataclasses
import hashlib
import ipaddress
import re
import struct
import sys

sys.dont_write_bytecode = True
import wire  # noqa: E402  (no folder of compiled files beside the sources)
import words  # noqa: E402

START = 1741082400  # 2025-03-04 10:00 UTC
STEP = 0.001
FIN, SYN, RST, PSH, ACK, ECE, CWR = 1, 2, 4, 8, 16, 64, 128
FLAGS = {'syn': SYN, 'synack': SYN | ACK, 'ack': ACK, 'fin': FIN | ACK, 'rst': RST, 'rstack': RST | ACK,
         'keepalive': ACK}
BARE = {'no-ts', 'no-sack', 'no-options', 'new', 'ece', 'cwr', 'fastopen', 'md5', 'otherhost', 'bad-checksum', 'lost',
        'unseen'}
VALUED = {'seq', 'ack', 'isn', 'win', 'mss', 'wscale', 'sack', 'ttl', 'id', 'label', 'smac', 'dmac', 'mac', 'vlan',
          'fragment', 'keep', 'quote', 'from', 'mtu', 'rtt', 'fastopen'}
ICMP4_NAMES = {'net': (3, 0), 'host': (3, 1), 'protocol': (3, 2), 'port': (3, 3), 'frag': (3, 4),
               'net-prohibited': (3, 9), 'host-prohibited': (3, 10), 'admin-prohibited': (3, 13), 'ttl': (11, 0),
               'reassembly': (11, 1)}
ICMP6_NAMES = {'net': (1, 0), 'admin-prohibited': (1, 1), 'host': (1, 3), 'port': (1, 4), 'policy': (1, 5),
               'reject-route': (1, 6), 'frag': (2, 0), 'ttl': (3, 0), 'reassembly': (3, 1)}
OTHERS = ipaddress.ip_address('198.18.0.1'), ipaddress.ip_address('198.18.0.2')


class Mistake(Exception):
    """Something in the text that cannot be meant."""


def digest(*parts):
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:4], 'big')


def octets(text):
    return bytes.fromhex(text.replace(':', ''))


@dataclasses.dataclass
class Side:
    """One end of a flow. Sequence numbers are relative: the SYN is 0, the first byte 1."""
    address: object
    port: int
    isn: int = 0
    next: int = 1
    has_syn: bool = False
    arrived: set = dataclasses.field(default_factory=set)  # the other side's segments beyond a gap
    expects: int = 1
    ts: bool = True
    heard_ts: int = 0
    resend: tuple = None
    last: bytes = None  # its last IP packet, for who quotes it


@dataclasses.dataclass
class Flow:
    name: str
    transport: str
    sides: tuple
    connections: int = 0
    question: tuple = None
    pings: int = 0

    def renew(self):
        self.connections += 1
        for i, side in enumerate(self.sides):
            side.isn = digest(str(side.address), side.port, self.name, self.connections, i) & 0x7fffffff
            side.next = side.expects = 1
            side.has_syn, side.resend, side.ts = False, None, True
            side.arrived = set()


class Conversation:
    """The header and the packets of one text."""

    def __init__(self, text, name='conversation'):
        self.name = name
        self.header = []  # (key, flow name, value)
        self.flows = {}
        self.records = []
        self.idents = {}
        self.now = 0.0
        head, _, body = text.partition('\n\n')
        lines = head.split('\n')
        for number, line in enumerate(lines, 1):
            self.at(number, self.take_header, line)
        self.set_up()
        self.run(list(enumerate(body.split('\n'), len(lines) + 2)))

    def at(self, number, function, *arguments):
        try:
            function(*arguments)
        except (Mistake, ValueError, KeyError, IndexError, TypeError) as mistake:
            raise Mistake(f'{self.name}:{number}: {type(mistake).__name__}: {mistake}') from mistake

    # The header.

    def take_header(self, line):
        if not line.strip() or line.startswith('#'):
            return
        match = re.match(r'([\w-]+)(?: ([\w-]+))?:\s*(.*)$', line)
        if not match:
            raise Mistake(f'not a header line: {line}')
        self.header.append((match[1], match[2] or '', match[3].strip()))
        if match[1] == 'ends':
            self.take_ends(match[2] or '', match[3])

    def take_ends(self, name, text):
        match = re.fullmatch(r'(?:(tcp|udp|icmp|arp) )?(\S+) > (\S+)', text.strip())
        if not match:
            raise Mistake(f'not two ends: {text}')
        transport = match[1] or 'tcp'
        sides = []
        for end in match.groups()[1:]:
            parts = re.fullmatch(r'\[(.*)\]:(\d+)|([^:]+):(\d+)', end) if transport in ('tcp', 'udp') else None
            address, port = (parts[1] or parts[3], parts[2] or parts[4]) if parts else (end, 0)
            sides.append(Side(ipaddress.ip_address(address), int(port)))
        self.flows[name] = Flow(name, transport, tuple(sides))
        self.flows[name].renew()

    def get(self, key, default=None):
        return next((value for k, flow, value in self.header if k == key and not flow), default)

    def set_up(self):
        if '' not in self.flows:
            raise Mistake(f'{self.name}: no ends')
        client, server = self.flows[''].sides
        self.link = self.get('link', 'ethernet')
        self.via = self.get('via') and ipaddress.ip_address(self.get('via'))
        self.macs = dict((ipaddress.ip_address(v.split()[0]), octets(v.split()[1]))
                         for k, _, v in self.header if k == 'mac')
        side = server if '--at server' in self.get('explain', '') else client
        self.near = ipaddress.ip_address(self.get('here', str(side.address)))
        self.ttls = [int(t) for t in re.findall(r'\d+', self.get('ttl', '64 < 64'))]

    # Frames.

    def mac(self, address):
        if address in self.macs:
            return self.macs[address]
        if self.via and address not in (self.near, self.via) and not address.is_multicast:
            return self.mac(self.via)
        return wire.mac_of(address)

    def sll_type(self, src, dst, attributes):
        if 'otherhost' in attributes:
            return wire.SLL_OTHERHOST
        if src == self.near:
            return wire.SLL_OUTGOING
        if dst is None or dst == ipaddress.ip_address('255.255.255.255'):
            return wire.SLL_BROADCAST
        return wire.SLL_MULTICAST if dst.is_multicast else wire.SLL_TO_US

    def record(self, frame):
        self.records.append((START + self.now, frame))
        mirror = self.get('mirror')
        if mirror:
            self.records.append((START + self.now + float(mirror), frame))

    def put(self, src, dst, packets, a):
        see, (client, server) = self.get('see'), (s.address for s in self.flows[''].sides)
        if 'unseen' in a or (see == '>' and src == server) or (see == '<' and src == client):
            return
        src_mac = octets(a['smac']) if 'smac' in a else self.mac(src)
        dst_mac = octets(a['dmac']) if 'dmac' in a else self.mac(dst)
        vlan = int(a['vlan']) if 'vlan' in a else None
        for packet in packets[:int(a.get('keep', len(packets)))]:
            self.record(wire.frame(self.link, 0x800 if src.version == 4 else 0x86dd, packet, src_mac, dst_mac, vlan,
                                   self.sll_type(src, dst, a)))

    def ident(self, src, a):
        self.idents[src] = self.idents.get(src, digest(str(src)) & 0x7fff) + 1
        return int(a.get('id', self.idents[src]))

    def send(self, flow, d, protocol, payload, a, label=0):
        """An IP packet of the flow in direction d (0: from the client)."""
        src, dst = flow.sides[d].address, flow.sides[1 - d].address
        fields = {'ttl': int(a.get('ttl', self.ttls[src != self.near])), 'ident': self.ident(src, a),
                  'label': int(a.get('label', label), 0) if isinstance(a.get('label', label), str) else label}
        size = int(a.get('fragment', 0))
        packets = (wire.fragments(src, dst, protocol, payload, size, **fields) if size else
                   [wire.ip(src, dst, protocol, payload, **fields)])
        flow.sides[d].last = packets[0]
        self.put(src, dst, packets, a)

    # TCP.

    @staticmethod
    def number(text, isn):
        return int(text[4:]) if text.startswith('abs:') else isn + int(text)

    def options(self, side, peer, flags, a):
        if 'no-options' in a or ('no-ts' in a and flags & SYN):
            side.ts = peer.ts = False
        if 'no-options' in a:
            return []
        out = []
        if flags & SYN:
            out.append((2, struct.pack('!H', int(a.get('mss', 1460 if side.address.version == 4 else 1440)))))
            if 'no-sack' not in a:
                out.append((4, b''))
        elif 'mss' in a:
            out.append((2, struct.pack('!H', int(a['mss']))))
        now = int(self.now * 1000)
        if side.ts and not flags & RST:
            side_ts = 1000 + digest(str(side.address)) % 100000 + now
            out.append((8, struct.pack('!II', side_ts, side.heard_ts if flags & ACK else 0)))
            peer.heard_ts = side_ts
        if flags & SYN:
            out.append((3, bytes([int(a.get('wscale', 7))])))
        if 'sack' in a:
            edges = [int(edge) for edge in re.findall(r'\d+', a['sack'])]
            out.append((5, b''.join(struct.pack('!I', (peer.isn + edge) & 0xffffffff) for edge in edges)))
        if 'fastopen' in a:
            out.append((34, bytes.fromhex(a['fastopen'])))
        if 'md5' in a:
            out.append((19, words.filler(16)))
        return out

    @staticmethod
    def arrive(peer, seq, length):
        """What peer will acknowledge from now on."""
        peer.arrived.add((seq, seq + length))
        for left, right in sorted(peer.arrived):
            if left <= peer.expects:
                peer.expects = max(peer.expects, right)

    def send_tcp(self, flow, d, flags, payload, a):
        side, peer = flow.sides[d], flow.sides[1 - d]
        refuses = flags & RST and peer.has_syn and not side.has_syn
        length = len(payload) + bool(flags & SYN) + bool(flags & FIN)
        if 'isn' in a:
            side.isn = int(a['isn'])
        if flags & SYN:
            side.has_syn = True
        seq = 0 if flags & SYN else side.next
        if 'seq' in a:
            seq = self.number(a['seq'], side.isn) - side.isn
        ack = self.number(a['ack'], peer.isn) if 'ack' in a else peer.isn + side.expects
        if not flags & ACK and 'ack' not in a:
            ack = 0
        if refuses and 'seq' not in a and flags & ACK:
            seq = -side.isn
            ack = peer.isn + peer.next if 'ack' not in a else ack
        window = 0 if flags & RST else 64240 if flags == SYN else 65160 if flags & SYN else 502
        segment = wire.tcp(side.address, peer.address, side.port, peer.port, side.isn + seq, ack,
                           flags | ('ece' in a) * ECE | ('cwr' in a) * CWR, int(a.get('win', window)),
                           [] if refuses else self.options(side, peer, flags, a), payload,
                           is_bad='bad-checksum' in a)
        if refuses and 'id' not in a:
            a = {**a, 'id': '0'}
        label = 0 if flags & RST else digest(flow.name, d) & 0xfffff
        self.send(flow, d, wire.TCP, segment, a, label)
        if length:
            side.next = max(side.next, seq + length)
            side.resend = flags, payload, seq
            if 'lost' not in a:
                self.arrive(peer, seq, length)

    def tcp(self, flow, d, messages, a):
        if 'new' in a:
            flow.renew()
        flags, payload = 0, b''
        for message in messages:
            if message[0] in FLAGS:
                flags |= FLAGS[message[0]]
            elif message[0] == 'again':
                flags, payload, seq = flow.sides[d].resend
                a = {'seq': str(seq), **a}
            else:
                payload += self.said(flow, message)
                flags |= PSH | ACK if not flags & SYN else 0
        if messages[0][0] == 'keepalive':
            a = {'seq': str(flow.sides[d].next - 1), **a}
        self.send_tcp(flow, d, flags, payload, a)

    def said(self, flow, message):
        if message[0] == 'query':
            flow.question = (digest(message) & 0xffff, message[1], message[2] if len(message) > 2 else 'A')
            said = words.dns(*flow.question)
        elif message[0] == 'reply':
            said = words.dns(*flow.question, message[1:])
        else:
            said = words.say(message)
            if said is None:
                raise Mistake(f'unknown message: {" ".join(message)}')
            return said
        return struct.pack('!H', len(said)) + said if flow.transport == 'tcp' else said

    # The others.

    def udp(self, flow, d, messages, a):
        payload = b''.join(self.said(flow, message) for message in messages)
        src, dst = flow.sides[d], flow.sides[1 - d]
        self.send(flow, d, wire.UDP, wire.udp(src.address, dst.address, src.port, dst.port, payload,
                                              'bad-checksum' in a), a)

    def echo(self, flow, d, word, a):
        src, dst = flow.sides[d].address, flow.sides[1 - d].address
        flow.pings += word == 'ping'
        kind = (8 if word == 'ping' else 0) if src.version == 4 else (128 if word == 'ping' else 129)
        rest = struct.pack('!HH', digest(flow.name, str(src.version)) & 0xffff, int(a.get('seq', flow.pings)))
        protocol = wire.ICMP if src.version == 4 else wire.ICMP6
        self.send(flow, d, protocol, wire.icmp(src, dst, kind, 0, rest, words.filler(56)), a)

    def error(self, flow, d, message, a):
        to = flow.sides[1 - d]
        sender = ipaddress.ip_address(a['from']) if 'from' in a else flow.sides[d].address
        names = ICMP4_NAMES if to.address.version == 4 else ICMP6_NAMES
        kind, code = names.get(message[1]) or map(int, message[1].split('/'))
        if not to.last:
            raise Mistake('there is no packet to quote')
        mtu = int(a.get('mtu', 1280 if 'frag' in message else 0))
        rest = struct.pack('!HH', 0, mtu) if to.address.version == 4 else struct.pack('!I', mtu)
        body = wire.icmp(sender, to.address, kind, code, rest, to.last[:int(a.get('quote', 500))])
        packet = wire.ip(sender, to.address, wire.ICMP if to.address.version == 4 else wire.ICMP6, body,
                         ttl=int(a.get('ttl', self.ttls[sender != self.near])), ident=self.ident(sender, {}), df=False)
        self.put(sender, to.address, [packet], a)

    def address(self, word):
        names = dict(zip(('client', 'server'), self.flows[''].sides))
        return names[word].address if word in names else ipaddress.ip_address(word)

    def station(self, who, verb, whom, a):
        who, whom = self.address(who), self.address(whom)
        mac = octets(a['mac']) if 'mac' in a else self.mac(who)
        asks = verb == 'asks'
        if who.version == 4:
            packet = wire.arp(1 if asks else 2, mac, who, b'\0' * 6 if asks else self.mac(whom), whom)
        else:
            packet = wire.solicitation(who, mac, whom) if asks else wire.advertisement(who, mac, whom)
        to = None if asks else whom
        dst_mac = self.mac(whom) if to else wire.BROADCAST if who.version == 4 else wire.mac_of(wire.group_of(whom))
        if 'unseen' not in a:
            self.record(wire.frame(self.link, 0x806 if who.version == 4 else 0x86dd, packet, mac, dst_mac,
                                   int(a['vlan']) if 'vlan' in a else None, self.sll_type(who, to, a)))

    def others(self):
        """A ping between two that have nothing to do with it."""
        rest = struct.pack('!HH', 1, len(self.records))
        for src, dst, kind in (*OTHERS, 8), (*OTHERS[::-1], 0):
            self.put(src, dst, [wire.ip(src, dst, wire.ICMP, wire.icmp(src, dst, kind, 0, rest, words.filler(56)),
                                        ident=self.ident(src, {}))], {})
            self.now += STEP

    # Lines.

    def run(self, lines):
        at = 0
        while at < len(lines):
            number, line = lines[at]
            match = re.fullmatch(r'\s*repeat (\d+)\s*', line)
            at += 1
            if not match:
                self.at(number, self.take_line, line)
                continue
            block = []
            while at < len(lines) and lines[at][1].strip() != 'end':
                block.append(lines[at])
                at += 1
            at += 1
            for _ in range(int(match[1])):
                self.run(block)

    def take_line(self, line):
        line = re.sub(r'(^|\s)#.*', '', line)
        tokens = re.findall(r'"(?:[^"\\]|\\.)*"|\S+', line)
        if not tokens:
            return
        times = []
        while tokens and re.fullmatch(r'\+?\d+(\.\d+)?', tokens[0]):
            times.append(tokens.pop(0))
        if tokens[0] == 'watch':
            times = [tokens[1]]
        flow = self.flows[tokens.pop(0)] if tokens[0] in self.flows else self.flows['']
        attributes = {}
        for token in list(tokens[1:]):
            key, equals, value = token.partition('=')
            if (equals and key in VALUED) or token in BARE:
                attributes[key] = value
                tokens.remove(token)
        for i, time in enumerate(times or [f'+{STEP if self.records else 0}']):
            self.now = self.now + float(time) if time.startswith('+') else float(time)
            self.do(flow, tokens, attributes, i > 0)

    def do(self, flow, tokens, a, again):
        if tokens[0] == 'watch':
            self.others()
        elif tokens[0] == 'connect':
            self.connect(flow, a)
        elif len(tokens) > 2 and tokens[1] in ('asks', 'answers'):
            self.station(tokens[0], tokens[1], tokens[-1], a)
        elif tokens[0] in ('>', '<') and tokens[1:] == ['close']:
            self.close(flow, '><'.index(tokens[0]), a)
        elif tokens[0] in ('>', '<'):
            self.message(flow, '><'.index(tokens[0]), tokens[1:], a, again)
        else:
            raise Mistake(f'no such line: {" ".join(tokens)}')

    def connect(self, flow, a):
        rtt = float(a.pop('rtt', 0.01))
        self.tcp(flow, 0, [['syn']], a)
        a = {k: v for k, v in a.items() if k not in ('new', 'ece', 'cwr', 'fastopen')}
        self.now += rtt
        self.tcp(flow, 1, [['synack']], a)
        self.now += STEP / 10
        self.tcp(flow, 0, [['ack']], {k: v for k, v in a.items() if k == 'ttl'})

    def close(self, flow, d, a):
        for direction, word in (d, 'fin'), (1 - d, 'fin'), (d, 'ack'):
            self.tcp(flow, direction, [[word]], a)
            self.now += STEP
        self.now -= STEP

    def message(self, flow, d, tokens, a, again):
        messages = [[]]
        for token in tokens:
            if token == '+':
                messages.append([])
            else:
                messages[-1].append(token)
        first = messages[0][0]
        if first in ('ping', 'pong'):
            self.echo(flow, d, first, a)
        elif first == 'icmp':
            self.error(flow, d, messages[0], a)
        elif flow.transport == 'udp':
            self.udp(flow, d, messages, a)
        elif flow.transport != 'tcp':
            raise Mistake(f'{first} is nothing that {flow.transport} says')
        elif again and flow.sides[d].resend and first not in ('ack', 'keepalive', 'rst', 'rstack'):
            self.tcp(flow, d, [['again']], {k: v for k, v in a.items() if k not in ('new', 'seq', 'isn')})
        else:
            self.tcp(flow, d, messages, a)

    def pcap(self):
        return wire.pcap(self.link, sorted(self.records, key=lambda r: r[0]))


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    with open(sys.argv[1], encoding='utf-8') as f:
        try:
            data = Conversation(f.read(), sys.argv[1]).pcap()
        except Mistake as mistake:
            sys.exit(f'conversation.py: {mistake}')
    with open(sys.argv[2], 'wb') if len(sys.argv) == 3 else sys.stdout.buffer as out:
        out.write(data)


if __name__ == '__main__':
    main()

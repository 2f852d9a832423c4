"""What the packets of one flow allow to be said of it: the oracle of property.py.

against(symptom, view) names a packet, or the want of one, that a careful reader would hold against the symptom; '' when there
is none. It is deliberately weaker than the program: it never says which symptom is right, only which cannot be. Two
verdicts on the same flow are compared with it, before and after packets were taken away:

- a flow may become not-enough-seen at any time: knowing less is no mistake;
- a symptom may appear that was not there before only if something stood against it before, and nothing does now: then what
  was taken away explains it, and nobody could tell it from a real fault. All of a server's packets lost by the capture are
  an unanswered SYN. But a lost SYN-ACK with the client's ACK still there is not, because that ACK stands against it;
- `none` may appear only if nothing stands against it: while the RST, the refusal or the repeated data is still there the
  flow is not healthy.

Sequence numbers count as packets: an ACK for 300 bytes shows that they were sent, whether or not they were captured.
"""
import packets as pk

HALF = 1 << 31
FAR = 1 << 24
MOD = 1 << 32

FAILING = {
    'name-not-resolved', 'arp-unanswered', 'syn-unanswered', 'refused-by-rst', 'refused-by-icmp', 'synack-unanswered',
    'handshake-incomplete', 'reset-after-connect', 'closed-after-connect', 'silent-after-connect', 'reset-mid-stream',
    'data-unanswered', 'only-large-segments-lost', 'peer-window-zero', 'tls-failed', 'wrong-service', 'service-error',
    'udp-unanswered', 'udp-refused-by-icmp', 'slow', 'lossy'}


class View:
    """The packets of one flow, in the order of the capture, seen from its client."""

    def __init__(self, items, client):
        self.errors = [i.packet for i in items if i.packet.is_error and not too_big(i.packet) and i.packet.src == client]
        self.all = [i for i in items if not i.packet.is_error]
        self.client = [i.packet for i in self.all if i.packet.src == client]
        self.server = [i.packet for i in self.all if i.packet.src != client]
        syns = {p.seq for p in self.client if p.flags & pk.SYN and not p.flags & pk.ACK}
        synacks = {p.seq for p in self.server if p.flags & pk.SYN}
        self.isn = syns.pop() if len(syns) == 1 else None
        self.synack = bool(synacks)
        self.isns = (self.isn, synacks.pop() if len(synacks) == 1 else None)
        self.halves = (self.client, self.server)

    def refusals(self):
        """The server's RSTs that acknowledge the SYN (RFC 9293 3.10.7.3)."""
        return [p for p in self.server if p.flags & pk.RST and p.flags & pk.ACK and
                (self.isn is None or (p.ack - self.isn - 1) % MOD < 65536)]

    def established(self):
        """The client acknowledges, or the server goes on: only after a handshake."""
        if any(p.flags & pk.ACK and not p.flags & (pk.RST | pk.SYN) for p in self.client):
            return 'an ACK of the client'
        for p in self.server:
            if p.flags & (pk.RST | pk.SYN):
                continue
            if p.payload or self.isn is None or (p.ack - self.isn - 1) % MOD < FAR:
                return 'a packet of the server that is no SYN-ACK'
        return ''

    def said(self, side):
        """Whether that side sent data: seen, or shown by the numbers. One byte more may be the FIN."""
        mine, other = self.halves[side], self.halves[not side]
        if any(p.payload > 1 for p in mine):
            return True
        numbers = [p.seq for p in mine if not p.flags & pk.SYN and (p.flags & (pk.ACK | pk.FIN))]
        numbers += [p.ack for p in other if p.flags & pk.ACK and not p.flags & (pk.SYN | pk.RST)]
        if self.isns[side] is not None:
            numbers.append((self.isns[side] + 1) % MOD)
        if not numbers:
            return False
        low = numbers[-1]
        ahead = [(n - low + HALF) % MOD - HALF for n in numbers]
        return 2 <= max(ahead) - min(ahead) < FAR

    def resets(self):
        """RSTs within what the sender sent: others are forged, or late answers to old packets."""
        out = []
        for mine, other in (self.halves, self.halves[::-1]):
            sent = [p.seq for p in mine if not p.flags & pk.RST] + [p.ack for p in other if p.flags & pk.ACK]
            out += [p for p in mine if p.flags & pk.RST and
                    (not sent or min(abs((p.seq - n + HALF) % MOD - HALF) for n in sent) < FAR)]
        return out

    def fin_first(self):
        """A FIN stands before the first RST."""
        for i in self.all:
            if i.packet.flags & pk.RST:
                return False
            if i.packet.flags & pk.FIN:
                return True
        return False

    def stuck(self):
        """Data that was seen three times and that no acknowledgment covers."""
        for mine, other in (self.halves, self.halves[::-1]):
            acks = [p.ack for p in other if p.flags & pk.ACK]
            seen = {}
            for p in mine:
                if p.payload > 1:
                    seen[p.seq] = seen.get(p.seq, 0) + 1
            for seq, count in seen.items():
                if count >= 3 and not any(0 < (a - seq + HALF) % MOD - HALF < FAR for a in acks):
                    return True
        return False

    def closed_window(self):
        """The last word of a side is a window of zero."""
        for mine in self.halves:
            last = [p for p in mine if p.flags & pk.ACK and not p.flags & pk.RST]
            if last and not last[-1].window:
                return True
        return False


def too_big(p):
    return p.icmp == (3, 4) if len(p.src[0]) == 4 else p.icmp[0] == 2


def want(there, what):
    return '' if there else f'no {what}'


def no_answer(v):
    if v.server:
        return 'a packet of the server'
    if v.errors:
        return 'the ICMP error'
    return v.established() or want(v.isn is not None, 'SYN')


def refused_by_rst(v):
    return want(v.refusals(), 'RST for the SYN') or v.established() or ('the SYN-ACK' if v.synack else '')


def refused_by_icmp(v):
    return want(v.errors, 'ICMP error') or v.established() or ('the SYN-ACK' if v.synack else '')


def handshake_incomplete(v):
    return v.established() or want(v.server, 'packet of the server')


def reset_early(v):
    if v.fin_first():
        return 'a FIN before the RST'
    if v.said(0) or v.said(1):
        return 'data'
    return want(v.resets(), 'RST')


def reset_late(v):
    return want(v.resets(), 'RST') or ('a FIN before the RST' if v.fin_first() else '')


def closed(v):
    if v.said(1):
        return 'data of the server'
    fins = [i.packet for i in v.all if i.packet.flags & pk.FIN]
    if fins and fins[0] not in v.server:
        return 'the FIN of the client, which came first'
    return want(fins, 'FIN of the server')


def silent(v):
    return 'data of the server' if v.said(1) else want(v.established(), 'handshake')


def unheard(v):
    return want(v.stuck(), 'data that is repeated and not acknowledged')


def window(v):
    return want(v.closed_window(), 'window of zero at the end')


def udp_silent(v):
    return 'a datagram of the server' if v.server else 'the ICMP error' if v.errors else ''


def udp_refused(v):
    return 'a datagram of the server' if v.server else want(v.errors, 'ICMP error')


def lossy(v):
    if v.all and v.all[0].packet.proto in (pk.ICMP, pk.ICMP6):
        asked = {(p.tag, p.seq) for p in v.client}
        return want(asked - {(p.tag, p.seq) for p in v.server}, 'echo request without its answer')
    repeated = sum(len(seqs) - len(set(seqs)) for seqs in
                   [[(p.seq, p.payload) for p in half if p.payload > 1] for half in v.halves])
    return want(repeated >= 5, 'repeated segments')


def slow(v):
    first = v.all[0].record.ns if v.all else 0
    soon = [i for i in v.all if i.packet in v.server and i.packet.payload and i.record.ns - first < 2900000000]
    return 'an answer within 3 seconds' if soon else ''


def words(v):
    return want(v.server or v.client, 'packet')


def healthy(v):
    if not v.all:
        return 'no packet but the error'
    if v.all[0].packet.proto == pk.UDP:
        return want(v.server, 'datagram of the server')
    if v.all[0].packet.proto != pk.TCP:
        return want(v.server, 'answer')
    if not v.established():
        return 'nothing shows a handshake'
    if v.resets() and not any(i.packet.flags & pk.FIN for i in v.all):
        return 'a RST without a FIN'
    if v.stuck():
        return 'data that is repeated and not acknowledged'
    return ''


AGAINST = {
    'none': healthy, 'syn-unanswered': no_answer, 'refused-by-rst': refused_by_rst, 'refused-by-icmp': refused_by_icmp,
    'handshake-incomplete': handshake_incomplete, 'synack-unanswered': handshake_incomplete,
    'reset-after-connect': reset_early, 'reset-mid-stream': reset_late, 'closed-after-connect': closed,
    'silent-after-connect': silent, 'data-unanswered': unheard, 'only-large-segments-lost': unheard,
    'peer-window-zero': window, 'udp-unanswered': udp_silent, 'udp-refused-by-icmp': udp_refused, 'lossy': lossy,
    'slow': slow, 'tls-failed': words, 'wrong-service': words, 'service-error': words, 'name-not-resolved': words,
    'arp-unanswered': words}


def against(symptom, view):
    return AGAINST[symptom](view) if symptom in AGAINST else f'{symptom} is not to be had from a capture'

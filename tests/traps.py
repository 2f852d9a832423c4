#!/usr/bin/python3
"""The traps of real captures, each as packets made by hand, with the verdict that is right.

usage: traps.py KIRIWAKE [--only WORD] [--keep DIR]

A naive reading of each of these is wrong: it takes a one-sided capture for loss, a harmless RST for a fault, a mirror's
twin for a retransmission. The name of a test is the claim that it makes.
"""
import argparse
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

import packets as pk
from packets import ACK, FIN, PSH, RST, SYN

MS = 1000000
SECOND = 1000 * MS
START = 1700000000 * SECOND
CLIENT, SERVER, ROUTER = '192.0.2.10', '198.51.100.20', '203.0.113.1'
CLIENT6, SERVER6 = '2001:db8:1::10', '2001:db8:2::20'


class Talk:
    """A TCP connection between two ends that know their numbers, written into a list of records."""

    def __init__(self, *, client=CLIENT, server=SERVER, port=443, sport=40000, at=0, ids=True, isns=(1000000, 7000000)):
        self.ends = ((client, sport), (server, port))
        self.next = list(isns)
        self.heard = [0, 0]
        self.ns = START + at
        self.out = []
        self.ids = [100, 5000] if ids else None
        self.ttl = (64, 57)

    def raw(self, side, flags, seq, ack, payload=b'', *, after=MS, options=b'', wrap=None, **how):
        """A segment with any numbers; the ends do not hear it."""
        self.ns += after
        (src, sport), (dst, dport) = self.ends[side], self.ends[not side]
        ttl = how.pop('ttl', self.ttl[side])
        segment = pk.tcp_segment(src, dst, sport, dport, flags, seq, ack, options=options, payload=payload, **how)
        ip_id = 0
        if self.ids:
            self.ids[side] += 1
            ip_id = self.ids[side]
        packet = pk.ip_packet(src, dst, pk.TCP, segment, ttl=ttl, ip_id=ip_id)
        self.put((wrap or pk.ethernet)(packet))
        return packet

    def put(self, frame, after=0):
        self.ns += after
        self.out.append(pk.Record(self.ns, frame, len(frame)))

    def say(self, side, flags, payload=b'', **how):
        """A segment with the right numbers, which the other end hears."""
        packet = self.raw(side, flags, self.next[side], self.heard[side] if flags & ACK else 0, payload, **how)
        self.next[side] += len(payload) + bool(flags & SYN) + bool(flags & FIN)
        self.heard[not side] = self.next[side]
        return packet

    def c(self, flags, payload=b'', **how):
        return self.say(0, flags, payload, **how)

    def s(self, flags, payload=b'', **how):
        return self.say(1, flags, payload, **how)

    def syn(self, **how):
        return self.c(SYN, options=b'\x02\x04\x05\xb4\x01\x01\x04\x02', **how)

    def synack(self, **how):
        return self.s(SYN | ACK, options=b'\x02\x04\x05\xb4\x01\x01\x04\x02', **how)

    def open(self):
        self.syn()
        self.synack(after=20 * MS)
        self.c(ACK)
        return self

    def ask(self, request=300, answer=900):
        self.c(PSH | ACK, b'q' * request)
        self.s(ACK, after=20 * MS)
        self.s(PSH | ACK, b'a' * answer)
        self.c(ACK)
        return self

    def close(self):
        self.c(FIN | ACK)
        self.s(FIN | ACK, after=20 * MS)
        self.c(ACK)
        return self

    def again(self, packet, after):
        """The very same segment, with another IP id: the sender repeats it."""
        packet = bytearray(packet)
        if packet[0] >> 4 == 4:
            packet[4:6] = struct.pack('>H', self.ids[0] + 1000 + len(self.out) if self.ids else 0)
            packet[10:12] = b'\0\0'
            packet[10:12] = struct.pack('>H', pk.checksum(bytes(packet[:20])))
        self.put(pk.ethernet(bytes(packet)), after)

    def error(self, sender, kind, code, quoted, *, mtu=0, after=MS, length=28):
        """An ICMP error that quotes a packet of this connection, sent to who sent it."""
        to = self.ends[0][0] if quoted[:1] and pk.address_text(src_of(quoted)) == self.ends[0][0] else self.ends[1][0]
        proto = pk.ICMP if quoted[0] >> 4 == 4 else pk.ICMP6
        rest = struct.pack('>HH', 0, mtu) if proto == pk.ICMP else struct.pack('>I', mtu)
        if proto == pk.ICMP6:
            length = 120
        message = pk.icmp_message(sender, to, kind, code, rest, quoted[:length])
        self.put(pk.ethernet(pk.ip_packet(sender, to, proto, message)), after)

    def later(self, seconds):
        """The capture goes on: a datagram of somebody else."""
        other = pk.udp_datagram('192.0.2.99', '192.0.2.255', 5353, 5353, b'x' * 20)
        self.put(pk.ethernet(pk.ip_packet('192.0.2.99', '192.0.2.255', pk.UDP, other)), int(seconds * SECOND))
        return self


def src_of(packet):
    return packet[12:16] if packet[0] >> 4 == 4 else packet[8:24]


TESTS = []


def trap(fn):
    TESTS.append(fn)
    return fn


def only(talk, keep):
    """The packets of a capture that keep() wants, by the decoded packet."""
    talk.out = [r for r in talk.out if keep(pk.decode(pk.ETHERNET, r.data, r.length))]
    return talk


def client_side(talk):
    return only(talk, lambda p: p and p.src == (pk.address_bytes(talk.ends[0][0]), talk.ends[0][1]))


def server_side(talk):
    return only(talk, lambda p: p and p.src == (pk.address_bytes(talk.ends[1][0]), talk.ends[1][1]))


# A test gives the records and what is right: {client port: symptom, or several}. A port can stand for several flows: a list.

# 1. Asymmetric taps.

@trap
def a_capture_of_the_client_alone_is_not_called_unanswered():
    return client_side(Talk().open().ask().close().later(5)).out, {40000: 'not-enough-seen'}


@trap
def a_capture_of_the_client_alone_without_data_is_not_called_unanswered():
    return client_side(Talk().open().later(30)).out, {40000: 'not-enough-seen'}


@trap
def a_capture_of_the_server_alone_is_not_called_incomplete():
    return server_side(Talk().open().ask().close().later(5)).out, {40000: 'not-enough-seen'}


@trap
def a_capture_of_the_server_alone_that_holds_the_syn_ack_is_not_called_incomplete():
    t = server_side(Talk().open())
    t.later(5)
    return t.out, {40000: 'not-enough-seen'}


@trap
def a_missing_syn_ack_is_a_gap_of_the_capture_when_the_connection_goes_on():
    t = Talk().open().ask().close().later(5)
    return only(t, lambda p: p is None or not p.flags & SYN or not p.flags & ACK).out, {40000: 'none'}


@trap
def a_lone_syn_beside_one_sided_flows_of_the_same_host_is_not_called_unanswered():
    one_sided = [client_side(Talk(sport=40001 + n, at=n * 40 * MS).open().ask()) for n in range(3)]
    t = Talk(at=SECOND)
    t.syn()
    t.later(10)
    return sum((o.out for o in one_sided), []) + t.out, \
        {40000: 'not-enough-seen', 40001: 'not-enough-seen', 40002: 'not-enough-seen', 40003: 'not-enough-seen'}


# 2. The capture ends.

@trap
def a_syn_at_the_end_of_the_capture_is_not_called_unanswered():
    t = Talk()
    t.syn()
    return t.out, {40000: 'not-enough-seen'}


@trap
def a_syn_half_a_second_before_the_end_is_not_called_unanswered():
    t = Talk()
    t.syn()
    return t.later(0.5).out, {40000: 'not-enough-seen'}


@trap
def a_syn_that_the_capture_outlives_by_seconds_is_unanswered():
    t = Talk()
    t.syn()
    return t.later(5).out, {40000: 'syn-unanswered'}


@trap
def repeated_syns_are_unanswered_although_the_last_one_stands_at_the_end():
    t = Talk()
    syn = t.syn()
    for wait in (1, 2, 4):
        t.again(syn, wait * SECOND)
    return t.out, {40000: 'syn-unanswered'}


@trap
def a_syn_ack_at_the_end_of_the_capture_is_not_called_incomplete():
    t = Talk()
    t.syn()
    t.synack(after=20 * MS)
    return t.out, {40000: 'not-enough-seen'}


@trap
def a_request_at_the_end_of_the_capture_is_not_called_unanswered():
    t = Talk().open()
    t.c(PSH | ACK, b'q' * 300)
    return t.out, {40000: ('none', 'not-enough-seen')}


# 3. RST after FIN.

@trap
def a_rst_after_both_fins_is_harmless():
    t = Talk().open().ask().close()
    t.raw(0, RST, t.next[0], 0)
    return t.later(5).out, {40000: 'none'}


@trap
def a_rst_of_the_client_after_its_fin_is_harmless():
    t = Talk().open().ask()
    t.c(FIN | ACK)
    t.s(PSH | ACK, b'a' * 500, after=5 * MS)
    t.raw(0, RST, t.next[0], 0)
    return t.later(5).out, {40000: 'none'}


@trap
def a_rst_of_the_client_after_the_servers_fin_is_harmless():
    t = Talk().open().ask()
    t.s(FIN | ACK)
    t.c(RST | ACK)
    return t.later(5).out, {40000: 'none'}


@trap
def rsts_for_each_segment_in_flight_after_a_fin_are_harmless():
    t = Talk().open().ask()
    t.c(FIN | ACK)
    for _ in range(4):
        t.s(PSH | ACK, b'a' * 1000)
    for _ in range(4):
        t.raw(0, RST, t.next[0], 0, after=MS // 10)
    return t.later(5).out, {40000: 'none'}


@trap
def a_fin_right_behind_an_ack_counts_without_an_ip_id():
    t = Talk(client=CLIENT6, server=SERVER6).open().ask()
    t.c(ACK)
    t.c(FIN | ACK, after=MS // 10)
    t.raw(0, RST, t.next[0], 0, after=5 * MS)
    return t.later(5).out, {40000: 'none'}


@trap
def a_fin_right_behind_an_ack_counts_where_ip_ids_are_zero():
    t = Talk(ids=False).open().ask()
    t.c(ACK)
    t.c(FIN | ACK, after=MS // 10)
    t.raw(0, RST, t.next[0], 0, after=5 * MS)
    return t.later(5).out, {40000: 'none'}


@trap
def a_rst_right_behind_an_ack_counts_without_an_ip_id():
    t = Talk(client=CLIENT6, server=SERVER6).open().ask()
    t.c(PSH | ACK, b'q' * 200)
    t.s(ACK, after=10 * MS)
    t.s(RST | ACK, after=MS // 10)
    return t.later(5).out, {40000: 'reset-mid-stream'}


# 4. Mirror ports.

def mirrored(talk, delay, *, ttl=0):
    """Every packet a second time, delay later; behind a router its ttl is one less."""
    out = []
    for n, r in enumerate(talk.out):
        data = bytearray(r.data)
        if ttl:
            data[22] -= ttl
            data[24:26] = b'\0\0'
            data[24:26] = struct.pack('>H', pk.checksum(bytes(data[14:34])))
            data[0:12] = data[0:11] + b'\x77'
        out += [(r.ns, n, r), (r.ns + delay, n, pk.Record(r.ns + delay, bytes(data), r.length))]
    return [r for _, _, r in sorted(out, key=lambda o: o[:2])]


def bulk(talk, segments=24):
    """An answer in a burst, 12 us from segment to segment, acknowledged behind it."""
    talk.c(PSH | ACK, b'q' * 300)
    for n in range(segments):
        talk.s(ACK, b'a' * 1400, after=MS * 20 if not n else 12000)
    talk.c(ACK)
    return talk


@trap
def a_mirrors_twins_are_no_loss():
    return mirrored(Talk().open().ask().close().later(5), 5000), {40000: 'none'}


@trap
def a_mirrors_twins_of_a_burst_are_no_loss():
    return mirrored(bulk(Talk().open()).close().later(5), 200000), {40000: 'none'}


@trap
def a_mirrors_twins_of_a_burst_are_no_loss_without_an_ip_id():
    return mirrored(bulk(Talk(client=CLIENT6, server=SERVER6).open()).close().later(5), 200000), {40000: 'none'}


@trap
def twins_from_both_sides_of_a_router_are_no_loss():
    return mirrored(bulk(Talk().open()).close().later(5), 90000, ttl=1), {40000: 'none'}


@trap
def a_mirrors_twin_of_a_syn_is_not_a_second_try():
    t = Talk()
    t.syn()
    return mirrored(t, 100000), {40000: 'not-enough-seen'}


@trap
def time_that_runs_backwards_is_no_loss():
    t = bulk(Talk().open()).close().later(5)
    out = [r._replace(ns=r.ns - 400000 if n % 3 == 2 else r.ns) for n, r in enumerate(t.out)]
    return out, {40000: 'none'}


@trap
def mirrored_arp_requests_are_no_further_tries():
    frame = pk.arp(1, '020000000001', '192.0.2.10', '000000000000', '192.0.2.77')
    reply = pk.arp(2, '020000000009', '192.0.2.9', '020000000001', '192.0.2.10')
    times = [0, 0, 100000, 100000, 200000]
    # A frame for the asker: an answer would be seen here, too.
    heard = pk.ethernet(pk.ip_packet('192.0.2.9', '192.0.2.10', pk.UDP, pk.udp_datagram('192.0.2.9', '192.0.2.10', 9, 9)),
                        dst='020000000001')
    out = [pk.Record(START - MS, heard, len(heard))] + [pk.Record(START + t, frame, len(frame)) for t in times]
    out.append(pk.Record(START + 3 * SECOND, reply, len(reply)))
    return out, {None: 'not-enough-seen'}


# 5. Forged RSTs.

@trap
def a_forged_rst_with_a_wrong_ack_does_not_refuse():
    t = Talk()
    t.syn()
    t.raw(1, RST | ACK, 0, 0xdeadbeef, after=2 * MS)
    t.synack(after=18 * MS)
    t.c(ACK)
    return t.ask().close().later(5).out, {40000: 'none'}


@trap
def a_forged_rst_without_ack_does_not_refuse():
    t = Talk()
    t.syn()
    t.raw(1, RST, 0, 0, after=2 * MS)
    t.synack(after=18 * MS)
    t.c(ACK)
    return t.ask().close().later(5).out, {40000: 'none'}


@trap
def a_rst_far_outside_the_window_does_not_end_the_connection():
    t = Talk().open().ask()
    t.raw(1, RST, 0x30000000, 0)
    return t.ask().close().later(5).out, {40000: 'none'}


@trap
def a_rst_that_both_ends_ignore_is_no_fault_when_data_goes_on():
    """In the window, but not exactly at its edge: RFC 5961 3.2 answers with a challenge ACK."""
    t = Talk().open().ask()
    t.raw(1, RST, t.next[1] + 100, 0)
    t.c(ACK)
    return t.ask().ask().close().later(5).out, {40000: 'none'}


# 6. Checksums.

@trap
def wrong_checksums_of_an_offload_are_no_fault():
    t = Talk()
    t.syn(bad_sum=True)
    t.synack(after=20 * MS)
    t.c(ACK, bad_sum=True)
    t.c(PSH | ACK, b'q' * 300, bad_sum=True)
    t.s(PSH | ACK, b'a' * 300, after=20 * MS)
    t.c(FIN | ACK, bad_sum=True)
    t.s(FIN | ACK, after=20 * MS)
    t.c(ACK, bad_sum=True)
    return t.later(5).out, {40000: 'none'}


@trap
def a_wrong_checksum_is_not_the_only_suspect_where_offload_may_have_left_it():
    t = Talk()
    t.syn(bad_sum=True)
    t.later(5)
    return t.out, {40000: 'syn-unanswered'}, lambda flows: \
        flows[0]['verdict']['certainty'] == 'suspected' and flows[0]['verdict']['cause'] != 'checksum-bad'


# 7. Happy eyeballs.

@trap
def one_family_refused_while_the_other_carries_is_no_failure():
    six = Talk(client='::1', server='::1', sport=40006)
    six.syn()
    six.s(RST | ACK, window=0)
    four = Talk(client='127.0.0.1', server='127.0.0.1', sport=40004, at=3 * MS).open().ask().close()
    return six.out + four.out, {40006: 'refused-by-rst', 40004: 'none'}, lambda flows: \
        all(f['verdict']['status'] != 'failing' for f in flows)


# 8. Path MTU discovery that works.

@trap
def fragmentation_needed_followed_by_smaller_segments_is_no_fault():
    t = Talk().open()
    t.c(PSH | ACK, b'q' * 300)
    from_seq = t.next[1]
    big = [t.s(ACK, b'a' * 1460, after=12000) for _ in range(3)]
    for packet in big:
        t.error(ROUTER, 3, 4, packet, mtu=1400)
    t.next[1] = from_seq
    for _ in range(4):
        t.s(ACK, b'a' * 1360, after=5 * MS)
    t.c(ACK)
    return t.close().later(5).out, {40000: 'none'}


@trap
def fragmentation_needed_that_names_1500_and_a_translated_address_is_no_fault():
    t = Talk().open()
    t.c(PSH | ACK, b'q' * 300)
    from_seq = t.next[1]
    packet = t.s(ACK, b'a' * 1460)
    quoted = bytearray(packet)
    quoted[16:20] = pk.address_bytes(ROUTER)
    t.error(ROUTER, 3, 4, bytes(quoted), mtu=1500)
    t.next[1] = from_seq
    for _ in range(2):
        t.s(ACK, b'a' * 1300, after=5 * MS)
    t.c(ACK)
    # What it quotes is a flow of its own, to an address that no other packet has.
    return t.close().later(5).out, {40000: ['none', 'not-enough-seen']}


@trap
def packet_too_big_followed_by_smaller_segments_is_no_fault():
    t = Talk(client=CLIENT6, server=SERVER6).open()
    t.c(PSH | ACK, b'q' * 300)
    from_seq = t.next[1]
    packet = t.s(ACK, b'a' * 1440)
    t.error('2001:db8:9::1', 2, 0, packet, mtu=1280)
    t.next[1] = from_seq
    for _ in range(2):
        t.s(ACK, b'a' * 1200, after=5 * MS)
    t.c(ACK)
    return t.close().later(5).out, {40000: 'none'}


@trap
def large_segments_lost_without_a_word_are_named():
    t = Talk().open()
    t.c(PSH | ACK, b'q' * 300)
    packet = t.s(ACK, b'a' * 1460, after=20 * MS)
    t.raw(1, PSH | ACK, t.next[1], t.heard[1], b'a' * 200)
    block = struct.pack('>BBBBII', 1, 1, 5, 10, t.next[1], t.next[1] + 200)
    t.raw(0, ACK, t.next[0], t.next[1] - 1460, options=block)
    for wait in (250, 500, 1000, 2000, 4000):
        t.again(packet, wait * MS)
    return t.later(5).out, {40000: 'only-large-segments-lost'}


@trap
def a_middling_request_that_is_lost_is_not_called_large():
    t = Talk().open().ask(request=520)
    t.ns += 30 * SECOND
    packet = t.c(PSH | ACK, b'q' * 600)
    for wait in (250, 500, 1000, 2000, 4000):
        t.again(packet, wait * MS)
    return t.later(5).out, {40000: 'data-unanswered'}


# 9. ICMP errors that are late, soft or spoofed.

@trap
def an_icmp_error_for_an_established_flow_that_goes_on_is_no_refusal():
    t = Talk().open().ask()
    packet = t.c(PSH | ACK, b'q' * 100)
    t.error(ROUTER, 3, 1, packet)
    t.s(ACK, after=20 * MS)
    return t.ask().close().later(5).out, {40000: 'none'}


@trap
def an_icmp_error_before_the_syn_ack_is_no_refusal_when_that_comes():
    t = Talk()
    packet = t.syn()
    t.error(ROUTER, 3, 1, packet)
    t.synack(after=20 * MS)
    t.c(ACK)
    return t.ask().close().later(5).out, {40000: 'none'}


@trap
def several_icmp_codes_at_once_do_not_make_one_of_them_certain():
    t = Talk()
    packet = t.syn()
    for code in (13, 3, 1, 0):
        t.error(SERVER, 3, code, packet, after=MS // 100)
    return t.later(5).out, {40000: 'refused-by-icmp'}, lambda flows: flows[0]['verdict']['certainty'] == 'suspected'


@trap
def an_icmp_error_that_quotes_other_numbers_does_not_refuse():
    """RFC 5927 4.1: the quoted sequence number must be of data in flight."""
    t = Talk()
    packet = bytearray(t.syn())
    packet[24:28] = struct.pack('>I', 0x77777777)
    t.error(ROUTER, 3, 13, bytes(packet))
    t.synack(after=20 * MS)
    t.c(ACK)
    return t.ask().close().later(5).out, {40000: 'none'}


@trap
def a_ttl_exceeded_of_a_traceroute_does_not_fail_the_connection_that_worked():
    t = Talk().open().ask()
    probe = t.raw(0, ACK, t.next[0], t.heard[0], ttl=3)
    t.error(ROUTER, 11, 0, probe)
    return t.ask().close().later(5).out, {40000: 'none'}


# 10. Challenge ACKs.

@trap
def a_bare_ack_for_the_syn_is_no_syn_ack_and_no_silence():
    t = Talk()
    syn = t.syn()
    for wait in (0, 1000, 2000):
        if wait:
            t.again(syn, wait * MS)
        t.raw(1, ACK, 88888888, 99999999, after=20 * MS)
        t.raw(0, RST, 99999999, 0)
    return t.later(5).out, {40000: 'handshake-incomplete'}


@trap
def a_bare_ack_that_is_reset_and_a_second_syn_that_is_answered_is_healthy():
    t = Talk()
    syn = t.syn()
    t.raw(1, ACK, 88888888, 99999999, after=20 * MS)
    t.raw(0, RST, 99999999, 0)
    t.again(syn, SECOND)
    t.synack(after=20 * MS)
    t.c(ACK)
    return t.ask().close().later(5).out, {40000: 'none'}


# 11. The same ends again.

@trap
def ends_used_again_seventeen_times_are_seventeen_flows():
    out = []
    for n in range(17):
        out += Talk(at=n * 10 * SECOND, isns=(1000000 + n * 70000, 5000000 + n * 90000)).open().ask().close().out
    return out, {40000: ['none'] * 17}


@trap
def a_new_number_after_four_unanswered_syns_begins_a_new_flow():
    t = Talk()
    syn = t.syn()
    for wait in (1, 2, 4):
        t.again(syn, wait * SECOND)
    second = Talk(at=20 * SECOND, isns=(9000000, 8000000)).open().ask().close()
    return t.out + second.out, {40000: ['none', 'syn-unanswered']}


@trap
def two_syns_with_two_numbers_are_two_flows_of_which_one_works():
    first = Talk()
    first.syn()
    second = Talk(at=5 * MS, isns=(3000000, 7000000)).open().ask().close()
    return first.out + second.later(5).out, {40000: ['none', ('syn-unanswered', 'not-enough-seen')]}


# Order: captures of two queues or two taps hold answers before questions.

@trap
def a_syn_ack_captured_before_its_syn_belongs_to_it():
    t = Talk().open().ask().close().later(5)
    a, b = t.out[:2]
    t.out[:2] = [b._replace(ns=a.ns), a._replace(ns=a.ns + 50000)]
    return t.out, {40000: 'none'}


@trap
def a_rst_captured_before_its_syn_refuses_it():
    t = Talk(port=8080)
    t.syn()
    t.s(RST | ACK, window=0)
    a, b = t.out[:2]
    t.out = [b._replace(ns=a.ns), a._replace(ns=a.ns + 50000)]
    return t.later(5).out, {40000: ('refused-by-rst', 'not-enough-seen')}


@trap
def a_rst_captured_before_its_syn_refuses_it_on_a_high_port():
    t = Talk(port=61000)
    t.syn()
    t.s(RST | ACK, window=0)
    a, b = t.out[:2]
    t.out = [b._replace(ns=a.ns), a._replace(ns=a.ns + 50000)]
    return t.later(5).out, {40000: ('refused-by-rst', 'not-enough-seen')}


@trap
def a_syn_repeated_behind_its_lost_original_is_one_flow():
    t = Talk()
    syn = t.syn()
    t.synack(after=20 * MS)
    t.again(syn, SECOND)
    t.c(ACK)
    t.ask().close().later(5)
    t.out = t.out[1:]
    return t.out, {40000: 'none'}


# Gaps of the capture: the numbers tell what was sent.

@trap
def an_answer_that_only_the_numbers_show_is_no_silence():
    t = Talk(port=22).open().ask()
    t.later(30)
    return only(t, lambda p: p is None or p.proto != pk.TCP or not (p.payload and p.src[1] == 22)).out, \
        {40000: ('none', 'not-enough-seen')}


@trap
def a_close_after_an_answer_that_only_the_numbers_show_is_no_fault():
    t = Talk().open().ask()
    t.s(FIN | ACK)
    t.c(FIN | ACK)
    t.s(ACK)
    return only(t.later(5), lambda p: p is None or p.proto != pk.TCP or not (p.payload and p.src[1] == 443)).out, \
        {40000: ('none', 'not-enough-seen')}


@trap
def a_reset_after_data_that_only_the_numbers_show_is_in_mid_stream():
    t = Talk().open().ask()
    t.s(RST | ACK)
    return only(t.later(5), lambda p: p is None or p.proto != pk.TCP or not p.payload).out, \
        {40000: ('reset-mid-stream', 'not-enough-seen')}


def tls(kind, body):
    return struct.pack('>BHH', kind, 0x0303, len(body)) + body


@trap
def the_middle_of_a_tls_answer_is_no_other_protocol():
    t = Talk().open()
    t.c(PSH | ACK, tls(22, b'\x01\0\0\x60' + b'h' * 96))
    t.s(ACK, after=20 * MS)
    t.s(ACK, tls(22, b'\x02\0\0\x50' + b's' * 80)[:60])
    t.s(PSH | ACK, b's' * 900)
    t.c(PSH | ACK, tls(23, b'd' * 50))
    t.s(PSH | ACK, tls(23, b'd' * 50), after=20 * MS)
    t.close().later(5)
    lost = [n for n, r in enumerate(t.out) if b'\x16\x03\x03' in r.data and b's' * 50 in r.data]
    del t.out[lost[0]]
    return t.out, {40000: ('none', 'not-enough-seen')}


@trap
def a_tls_answer_in_the_wrong_order_is_no_other_protocol():
    t = Talk().open()
    t.c(PSH | ACK, tls(22, b'\x01\0\0\x60' + b'h' * 96))
    t.s(ACK, tls(22, b'\x02\0\0\x50' + b's' * 80)[:60], after=20 * MS)
    t.s(PSH | ACK, b's' * 900, after=12000)
    t.c(PSH | ACK, tls(23, b'd' * 50))
    t.close().later(5)
    a, b = t.out[4:6]
    t.out[4:6] = [b._replace(ns=a.ns), a._replace(ns=b.ns)]
    return t.out, {40000: 'none'}


@trap
def a_slow_syn_does_not_make_the_greeting_slow_when_the_ack_is_missing():
    t = Talk(port=25)
    syn = t.syn()
    t.again(syn, 3 * SECOND)
    t.synack(after=20 * MS)
    t.c(ACK)
    t.s(PSH | ACK, b'220 mail ready\r\n', after=20 * MS)
    t.c(PSH | ACK, b'QUIT\r\n')
    t.s(PSH | ACK, b'221 bye\r\n', after=20 * MS)
    t.close().later(5)
    del t.out[3]
    return t.out, {40000: 'none'}


# Data that is repeated in vain.

@trap
def two_segments_repeated_in_turn_are_data_unanswered():
    t = Talk().open().ask()
    first = t.s(ACK, b'a' * 700)
    second = t.s(ACK, b'b' * 700, after=12000)
    for wait in (300, 600, 1200, 2400, 4800):
        t.again(first, wait * MS)
        t.again(second, MS // 20)
    return t.later(5).out, {40000: 'data-unanswered'}


@trap
def a_rst_with_ack_ends_a_connection_whose_handshake_lost_its_ack():
    t = Talk().open()
    t.c(RST | ACK)
    del t.out[2]
    return t.later(5).out, {40000: 'reset-after-connect'}


@trap
def a_rst_without_ack_for_the_syn_ack_leaves_the_handshake_incomplete():
    t = Talk()
    t.syn()
    t.synack(after=20 * MS)
    t.raw(0, RST, t.next[0], 0)
    return t.later(5).out, {40000: 'handshake-incomplete'}


@trap
def an_icmp_error_for_a_datagram_does_not_refuse_an_older_syn():
    """A snaplen of 64 cuts the ports off what is quoted."""
    t = Talk()
    syn = t.syn()
    t.again(syn, SECOND)
    t.ns += 5 * SECOND
    query = pk.ip_packet(CLIENT, SERVER, pk.UDP, pk.udp_datagram(CLIENT, SERVER, 50000, 161, b'q' * 40))
    t.put(pk.ethernet(query))
    t.error(SERVER, 3, 3, query, length=22)
    return t.later(60).out, {40000: 'syn-unanswered'}


@trap
def a_snaplen_that_cuts_the_tcp_header_behind_a_vlan_tag_keeps_the_lengths():
    t = Talk().open().ask().close().later(5)
    out = []
    for r in t.out:
        frame = r.data[:12] + b'\x81\0\0\x07' + r.data[12:]
        out.append(pk.Record(r.ns, frame[:54], len(frame)))
    return out, {40000: 'none'}


@trap
def a_rst_that_overtakes_its_syn_ack_ends_a_connection_and_refuses_nothing():
    t = Talk().open()
    t.s(RST | ACK)
    t.out[1:] = [r._replace(ns=START + 40 * MS + n * 1000) for n, r in enumerate([t.out[3], t.out[2], t.out[1]])]
    return t.later(5).out, {40000: ('reset-after-connect', 'not-enough-seen')}


@trap
def a_syn_that_is_repeated_behind_a_rst_for_a_stray_ack_was_not_reset():
    t = Talk()
    syn = t.syn()
    t.raw(1, ACK, 88888888, 99999999, after=20 * MS)
    t.raw(0, RST, 99999999, 0)
    t.again(syn, SECOND)
    t.synack(after=20 * MS)
    t.c(ACK)
    return t.later(2).out, {40000: 'none'}


@trap
def an_unused_connection_that_is_closed_after_a_minute_is_no_fault_without_its_ack():
    t = Talk().open()
    t.s(FIN | ACK, after=60 * SECOND)
    t.c(FIN | ACK)
    t.s(ACK, after=20 * MS)
    del t.out[2]
    return t.later(5).out, {40000: ('none', 'not-enough-seen')}


# 12. Tunnels: the outer flow is well, the inner one fails.

def inner_syns(wrap, inner=(CLIENT, SERVER)):
    t = Talk(client=inner[0], server=inner[1])
    syn = t.syn(wrap=wrap)
    for wait in (1, 2, 4):
        t.put(wrap(syn), wait * SECOND)
    return t.later(5).out, {40000: 'syn-unanswered'}


def outer(proto, body):
    return pk.ethernet(pk.ip_packet('192.0.2.1', '203.0.113.9', proto, body))


def outer_udp(port, head):
    return lambda packet: outer(pk.UDP, pk.udp_datagram('192.0.2.1', '203.0.113.9', 50000, port, head + packet))


@trap
def a_failing_flow_inside_6in4_is_told():
    return inner_syns(lambda packet: outer(41, packet), (CLIENT6, SERVER6))


@trap
def a_failing_flow_inside_ip_in_ip_is_told():
    return inner_syns(lambda packet: outer(4, packet))


@trap
def a_failing_flow_inside_gre_is_told():
    return inner_syns(lambda packet: outer(47, b'\0\0\x08\0' + packet))


@trap
def a_failing_flow_inside_vxlan_is_told():
    return inner_syns(lambda packet: outer_udp(4789, b'\x08\0\0\0\0\0\x2a\0')(pk.ethernet(packet)))


@trap
def a_failing_flow_inside_teredo_is_told():
    return inner_syns(outer_udp(3544, b''), (CLIENT6, SERVER6))


@trap
def a_failing_flow_inside_gtp_is_told():
    return inner_syns(lambda packet: outer_udp(2152, struct.pack('>BBHI', 0x30, 255, len(packet), 7))(packet))


# --- running ------------------------------------------------------------------------------------------------------------------

def fits(wanted, said):
    return said in wanted if isinstance(wanted, tuple) else said == wanted


def verdict_is(right, flows):
    """'' or what is wrong."""
    for port, wanted in right.items():
        said = sorted(f['verdict']['symptom'] for f in flows if port in (f['flow']['client']['port'], f['flow']['server']['port']))
        wanted = wanted if isinstance(wanted, list) else [wanted]
        if len(said) != len(wanted) or not all(fits(w, s) for w, s in zip(wanted, said)):
            return f'client port {port}: {said} instead of {wanted}'
    return ''


def run(program, test, folder):
    records, right, *more = test()
    path = folder / f'{test.__name__}.pcap'
    pk.write_pcap(path, pk.Capture(pk.ETHERNET, records), nano=True)
    done = subprocess.run([program, 'explain', '--json', str(path)], capture_output=True, timeout=20, check=False)
    flows = json.loads(done.stdout)['flows'] if done.stdout else []
    ours = [f for f in flows if {f['flow']['client']['port'], f['flow']['server']['port']} & set(right)]
    wrong = verdict_is(right, ours)
    if not wrong and more and not more[0](ours):
        v = ours[0]['verdict']
        wrong = f'status {v["status"]}, certainty {v["certainty"]}, cause {v["cause"]}, {len(v["alternatives"])} alternatives'
    if not wrong and any(f['verdict']['certainty'] == 'proven' for f in flows):
        wrong = 'proven'
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('kiriwake')
    parser.add_argument('--only', default='')
    parser.add_argument('--keep', help='folder for the captures')
    arguments = parser.parse_args()
    count = failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(arguments.keep or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for test in TESTS:
            if arguments.only not in test.__name__:
                continue
            count += 1
            wrong = run(str(pathlib.Path(arguments.kiriwake).resolve()), test, folder)
            failed += bool(wrong)
            if wrong:
                print(f'WRONG {test.__name__}: {wrong}')
    print(f'{count} checks, {failed} wrong')
    return 1 if failed or not count else 0


if __name__ == '__main__':
    sys.exit(main())

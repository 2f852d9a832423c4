#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/problem.h"
#include "trace/pasted.h"

enum { PACKETS_MOST = 64, TEXT_MOST = 1024 };

/* What a text was read into. */
struct reading {
	struct pasted *pasted;
	struct problems *problems;
	size_t count;
	struct pasted_packet packets[PACKETS_MOST];
	char texts[PACKETS_MOST][TEXT_MOST];
	struct pasted_counts counts;
};

static void drain(struct reading *r)
{
	struct pasted_packet p;

	while (pasted_next(r->pasted, &p)) {
		size_t len =
			p.text_len < TEXT_MOST ? p.text_len : TEXT_MOST - 1;
		char *copy = r->texts[r->count];

		assert_true(r->count < PACKETS_MOST);
		memcpy(copy, p.text, len);
		copy[len] = '\0';
		if (p.packet.words)
			p.packet.words = copy + (p.packet.words - p.text);
		p.text = copy;
		r->packets[r->count++] = p;
	}
}

static struct reading *read_bytes(const char *text, size_t len, size_t step)
{
	struct reading *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	r->problems = problems_new();
	r->pasted = pasted_new("ticket.txt", r->problems);
	assert_non_null(r->pasted);
	for (size_t at = 0; at < len; at += step) {
		size_t n = len - at < step ? len - at : step;

		assert_int_equal(pasted_feed(r->pasted, text + at, n), 0);
		drain(r);
	}
	assert_int_equal(pasted_end(r->pasted), 0);
	drain(r);
	pasted_counts(r->pasted, &r->counts);
	return r;
}

static struct reading *read_text(const char *text)
{
	return read_bytes(text, strlen(text), SIZE_MAX / 2);
}

static void done(struct reading *r)
{
	pasted_free(r->pasted);
	problems_free(r->problems);
	free(r);
}

static const struct packet *packet_at(const struct reading *r, size_t i)
{
	assert_true(i < r->count);
	return &r->packets[i].packet;
}

static void assert_address(const struct address *a, const char *expected)
{
	struct text t = TEXT_NULL;

	address_text(&t, a);
	assert_string_equal(text_string(&t), expected);
	text_done(&t);
}

static void assert_ends(const struct packet *p, const char *src, int sport,
			const char *dst, int dport)
{
	assert_address(&p->src, src);
	assert_address(&p->dst, dst);
	assert_int_equal(p->sport, sport);
	assert_int_equal(p->dport, dport);
}

static bool marked(const struct packet *p, uint32_t mark)
{
	return p->marks & mark;
}

/* The SYN of the first story, in whatever form it is written. */
static void assert_is_the_syn(const struct packet *p)
{
	assert_ends(p, "10.1.0.7", 50502, "172.16.1.2", 5555);
	assert_int_equal(p->version, 4);
	assert_int_equal(p->protocol, PACKET_TCP);
	assert_int_equal(p->tcp.flags, TCP_SYN);
	assert_true(marked(p, PACKET_SEQ));
	assert_true(marked(p, PACKET_PORTS));
	assert_false(marked(p, PACKET_SEQ_RELATIVE));
	assert_int_equal(p->tcp.seq, 3818145375U);
	assert_int_equal(p->tcp.window, 8192);
	assert_int_equal(p->tcp.mss, 1460);
	assert_int_equal(p->tcp.window_scale, 2);
	assert_true(p->tcp.sack_permitted);
	assert_true(marked(p, PACKET_OPTIONS));
	assert_true(marked(p, PACKET_LENGTH));
	assert_int_equal(p->payload_len, 0);
}

#define SYN_TAIL                                                               \
	"Flags [S], seq 3818145375, win 8192, "                                \
	"options [mss 1460,nop,wscale 2,nop,nop,sackOK], length 0"
#define SYN "IP 10.1.0.7.50502 > 172.16.1.2.5555: " SYN_TAIL
#define TIMED_SYN "09:47:47.950297 " SYN "\n"

static void every_form_of_a_syn_is_read(void **state)
{
	static const char *const forms[] = {
		TIMED_SYN,
		SYN "\n",
		SYN,
		"1258594162.123456 " SYN "\n",
		" 00:00:00.000000 " SYN "\n",
		"2026-11-21 09:47:47.950297 " SYN "\n",
		"09:47:47.950297123 " SYN "\n",
		"    1  09:47:47.950297 " SYN "\n",
		"[Error converting time] " SYN "\n",
		"000043 " SYN "\n",
		"2. 000043 " SYN "\n",
		/* names */
		"09:47:47.950297 IP 10.1.0.7.50502 > 172.16.1.2.personal-agent: " SYN_TAIL
		"\n",
		/* -e */
		"09:47:47.950297 52:54:00:12:34:56 > 52:54:00:65:43:21, ethertype IPv4 (0x0800), length 66: 10.1.0.7.50502 > 172.16.1.2.5555: " SYN_TAIL
		"\n",
		"52:54:00:12:34:56 > 52:54:00:65:43:21, ethertype IPv4 (0x0800), length 66: 10.1.0.7.50502 > 172.16.1.2.5555: " SYN_TAIL
		"\n",
		"09:47:47.950297 52:54:00:12:34:56 > 52:54:00:65:43:21, ethertype 802.1Q (0x8100), length 70: vlan 5, p 0, ethertype IPv4 (0x0800), 10.1.0.7.50502 > 172.16.1.2.5555: " SYN_TAIL
		"\n",
		"09:47:47.950297 0:c:29:aa:bb:cc 0:50:56:c0:0:8 0800 66: 10.1.0.7.50502 > 172.16.1.2.5555: " SYN_TAIL
		"\n",
		"09:47:47.950297  In 52:54:00:12:34:56 ethertype IPv4 (0x0800), length 68: 10.1.0.7.50502 > 172.16.1.2.5555: " SYN_TAIL
		"\n",
		"09:47:47.950297 eth0  In  ifindex 2 52:54:00:12:34:56 ethertype IPv4 (0x0800), length 72: 10.1.0.7.50502 > 172.16.1.2.5555: " SYN_TAIL
		"\n",
		"09:47:47.950297 AF IPv4 (2), length 56: 10.1.0.7.50502 > 172.16.1.2.5555: " SYN_TAIL
		"\n",
		"09:47:47.950297 ip: 10.1.0.7.50502 > 172.16.1.2.5555: " SYN_TAIL
		"\n",
		/* -i any */
		"09:47:47.950297 eth0  In  " SYN "\n",
		"09:47:47.950297 In " SYN "\n",
		"eth0  In  " SYN "\n",
		/* -v */
		"09:47:47.950297 IP (tos 0x0, ttl 63, id 1, offset 0, flags [DF], proto TCP (6), length 52)\n"
		"    10.1.0.7.50502 > 172.16.1.2.5555: Flags [S], cksum 0x1c37 (incorrect -> 0x2c38), seq 3818145375, win 8192, options [mss 1460,nop,wscale 2,nop,nop,sackOK], length 0\n",
		/* shims and tunnels */
		"09:47:47.950297 MPLS (label 29, tc 6, [S], ttl 255) " SYN "\n",
		"09:47:47.950297 PPPoE  [ses 0x11] " SYN "\n",
		"09:47:47.950297 IP 192.0.2.1 > 192.0.2.2: " SYN "\n",
		"09:47:47.950297 IP 192.0.2.1 > 192.0.2.2: GREv0, key=0x1, length 56: " SYN
		"\n",
		"09:47:47.950297 IP 192.0.2.1.4000 > 192.0.2.2.4789: VXLAN, flags [I] (0x08), vni 100\n" SYN
		"\n",
		"09:47:47.950297 IP6 2001:db8::1 > 2001:db8::2: " SYN "\n",
		/* tcpdump 3 */
		"09:47:47.950297 IP 10.1.0.7.50502 > 172.16.1.2.5555: S 3818145375:3818145375(0) win 8192 <mss 1460,nop,wscale 2,nop,nop,sackOK>\n",
		"09:47:47.950297 10.1.0.7.50502 > 172.16.1.2.5555: S 3818145375:3818145375(0) win 8192 <mss 1460,nop,wscale 2,nop,nop,sackOK> (DF)\n",
		"09:47:47.950297 10.1.0.7.50502 > 172.16.1.2.personal-agent: S [tcp sum ok] 3818145375:3818145375(0) win 8192 <mss 1460,nop,wscale 2,nop,nop,sackOK> (DF) [tos 0x10] (ttl 63, id 4711, len 52)\n",
		"09:47:47.950297 IP (tos 0x0, ttl  63, id 4711, offset 0, flags [DF], proto: TCP (6), length: 52) 10.1.0.7.50502 > 172.16.1.2.5555: S, cksum 0x1c37 (correct), 3818145375:3818145375(0) win 8192 <mss 1460,nop,wscale 2,nop,nop,sackOK>\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct reading *r = read_text(forms[i]);

		if (r->count != 1)
			print_error("form %zu: %s", i, forms[i]);
		assert_int_equal(r->count, 1);
		assert_is_the_syn(packet_at(r, 0));
		assert_int_equal(r->counts.packets, 1);
		assert_int_equal(r->counts.unread, 0);
		assert_int_equal(problems_count(r->problems), 0);
		done(r);
	}
}

static void every_way_of_quoting_is_undone(void **state)
{
	static const char *const forms[] = {
		"> " TIMED_SYN,
		">> > " TIMED_SYN,
		"| " TIMED_SYN,
		"        " TIMED_SYN,
		"```\n" TIMED_SYN "```\n",
		"`09:47:47.950297 " SYN "`\n",
		"&gt; 09:47:47.950297 IP 10.1.0.7.50502 &gt; 172.16.1.2.5555: " SYN_TAIL
		"\n",
		"09:47:47.950297 IP 10.1.0.7.50502 &amp;gt; 172.16.1.2.5555: " SYN_TAIL
		"\n",
		"09:47:47.950297&nbsp;IP 10.1.0.7.50502 &#62; 172.16.1.2.5555: " SYN_TAIL
		"\n",
		"09:47:47.950297 IP 10.1.0.7.50502 &#x3e; 172.16.1.2.5555: " SYN_TAIL
		"\n",
		"<pre><code>09:47:47.950297 " SYN "</code></pre>\n",
		"<p>Here it is:<br />09:47:47.950297 " SYN
		"<br>That's all.</p>\n",
		"\xef\xbb\xbf" TIMED_SYN,
		"09:47:47.950297 " SYN "\r\n",
		"09:47:47.950297\xc2\xa0" SYN "\n",
		"\xe3\x80\x80" TIMED_SYN,
		"\x1b[31m09:47:47.950297\x1b[0m " SYN "\n",
		"root@server:~# tcpdump -nn port 5555\n"
		"tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\n"
		"listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes\n" TIMED_SYN
		"^C\n1 packet captured\n1 packet received by filter\n",
		"\xe3\x81\x93\xe3\x82\x93\xe3\x81\xab\xe3\x81\xa1\xe3\x81\xaf\n" TIMED_SYN
		"\xe4\xbb\xa5\xe4\xb8\x8a\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct reading *r = read_text(forms[i]);

		if (r->count != 1)
			print_error("form %zu: %s", i, forms[i]);
		assert_int_equal(r->count, 1);
		assert_is_the_syn(packet_at(r, 0));
		assert_string_equal(strstr(r->texts[0], "IP "), SYN);
		assert_int_equal(r->counts.unread, 0);
		done(r);
	}
}

static void text_in_utf_16_is_read(void **state)
{
	static const char text[] = TIMED_SYN;
	char wide[2 + 2 * sizeof(text)] = "\xff\xfe";
	struct reading *r;

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		wide[2 + 2 * i] = text[i];
		wide[3 + 2 * i] = '\0';
	}
	r = read_bytes(wide, 2 * sizeof(text), 5);
	assert_is_the_syn(packet_at(r, 0));
	done(r);
}

/* The stories' own texts, wrapped at 80 columns by a terminal. */
static const char manager_bad[] =
	"09:47:47.950297 IP 10.1.0.7.50502 > 172.16.1.2.personal-agent: Flags [S], seq 38\n"
	"18145375, win 8192, options [mss 1460,nop,wscale 2,nop,nop,sackOK], length 0\n"
	"09:47:51.784035 IP 10.1.0.7.50502 > 172.16.1.2.personal-agent: Flags [S], seq 38\n"
	"18145375, win 8192, options [mss 1460,nop,wscale 2,nop,nop,sackOK], length 0\n"
	"09:47:56.937024 IP 10.1.0.7.50502 > 172.16.1.2.personal-agent: Flags [S], seq 38\n"
	"18145375, win 8192, options [mss 1460,nop,nop,sackOK], length 0\n";

static void numbers_cut_by_the_terminal_are_joined(void **state)
{
	struct reading *r = read_text(manager_bad);

	(void)state;
	assert_int_equal(r->count, 3);
	assert_is_the_syn(packet_at(r, 0));
	assert_is_the_syn(packet_at(r, 1));
	assert_int_equal(packet_at(r, 2)->tcp.seq, 3818145375U);
	assert_int_equal(packet_at(r, 2)->tcp.window_scale, 0xff);
	assert_int_equal(r->packets[2].line, 5);
	assert_int_equal(r->counts.lines, 6);
	assert_int_equal(r->counts.continuations, 3);
	assert_string_equal(
		r->texts[0],
		"09:47:47.950297 IP 10.1.0.7.50502 > 172.16.1.2.personal-agent: " SYN_TAIL);
	assert_int_equal(packet_at(r, 1)->time_ns - packet_at(r, 0)->time_ns,
			 3833738000);
	done(r);
}

static void words_cut_by_the_terminal_are_joined(void **state)
{
	struct reading *r = read_text(
		"09:39:48.722098 IP 10.1.0.7.49771 > 172.16.1.2.ssh: Flags [S], seq 3245238589, w\n"
		"in 8192, options [mss 1460,nop,wscale 2,nop,nop,sackOK], length 0\n"
		"09:39:48.722162 IP 172.16.1.2.ssh > 10.1.0.7.49771: Flags [S.], seq 4064641671,\n"
		"ack 3245238590, win 14600, options [mss 1460,nop,nop,sackOK,nop,wscale 6], lengt\n"
		"h 0\n"
		"09:39:48.725087 IP 10.1.0.7.49771 > 172.16.1.2.ssh: Flags [.], ack 1, win 16425,\n"
		"length 0\n"
		"09:39:48.928975 IP 10.1.0.7.49771 > 172.16.1.2.ssh: Flags [P.], seq 1:25, ack 22\n"
		", win 16419, length 24\n"
		"09:39:48.938492 IP 172.16.1.2.ssh > 10.1.0.7.49771: Flags [P.], seq 862:1014, ac\n"
		"k 657, win 248, length 152\n"
		"09:39:48.943960 IP 10.1.0.7.49771 > 172.16.1.2.ssh: Flags [P.], seq 657:801, ack\n"
		"1014, win 16171, length 144\n"
		"09:39:49.441656 IP 10.1.0.7.49771 > 172.16.1.2.ssh: Flags [.], ack 1862, win 163\n"
		"93, length 0\n"
		"10:00:50.537685 IP 10.1.0.7.49771 > 172.16.1.2.ssh: Flags [.], seq 801:2261, ack 1734, win 581, length 14\n"
		"60\n");

	(void)state;
	assert_int_equal(r->count, 8);
	assert_string_equal(
		r->texts[1],
		"09:39:48.722162 IP 172.16.1.2.ssh > 10.1.0.7.49771: Flags [S.], seq 4064641671, ack 3245238590, win 14600, options [mss 1460,nop,nop,sackOK,nop,wscale 6], length 0");
	assert_string_equal(
		r->texts[2],
		"09:39:48.725087 IP 10.1.0.7.49771 > 172.16.1.2.ssh: Flags [.], ack 1, win 16425, length 0");
	assert_string_equal(
		r->texts[5],
		"09:39:48.943960 IP 10.1.0.7.49771 > 172.16.1.2.ssh: Flags [P.], seq 657:801, ack 1014, win 16171, length 144");
	assert_int_equal(packet_at(r, 6)->tcp.window, 16393);
	assert_int_equal(packet_at(r, 7)->payload_len, 1460);
	assert_int_equal(r->counts.chatter, 0);
	done(r);
}

static void lines_wrapped_between_words_are_joined(void **state)
{
	struct reading *r = read_text(
		"> 11:00:00.000000 IP 192.168.30.1.49507 > 192.168.30.2.telnet: Flags\n"
		"> [S], seq 3961042292, win 8192, options [mss\n"
		"> 1460,nop,wscale 2,nop,nop,sackOK], length 0\n"
		"> 11:00:00.000000 IP 192.168.30.2 > 192.168.30.1: ICMP host\n"
		"> 192.168.30.2 unreachable - admin\n"
		"> prohibited, length 60\n"
		"Nothing else came.\n");

	(void)state;
	assert_int_equal(r->count, 2);
	assert_int_equal(packet_at(r, 0)->tcp.seq, 3961042292U);
	assert_int_equal(packet_at(r, 0)->tcp.mss, 1460);
	assert_string_equal(
		r->texts[1],
		"11:00:00.000000 IP 192.168.30.2 > 192.168.30.1: ICMP host 192.168.30.2 unreachable - admin prohibited, length 60");
	assert_int_equal(packet_at(r, 1)->icmp.code, 10);
	assert_int_equal(r->counts.chatter, 1);
	done(r);
}

static void a_piece_that_begins_with_an_arrow_is_no_quote(void **state)
{
	struct reading *r = read_text(
		"09:47:47.950297 IP 10.1.0.7.50502\n> 172.16.1.2.5555: " SYN_TAIL
		"\n");

	(void)state;
	assert_int_equal(r->count, 1);
	assert_is_the_syn(packet_at(r, 0));
	done(r);
}

static void prose_behind_a_cut_line_is_not_swallowed(void **state)
{
	struct reading *r = read_text(
		"09:47:47.950297 IP 10.1.0.7.50502 > 172.16.1.2.5555: Flags [S], seq 3818145375, win 8192\n"
		"and then nothing else came back from the server for minutes\n");

	(void)state;
	assert_int_equal(r->count, 1);
	assert_int_equal(packet_at(r, 0)->tcp.seq, 3818145375U);
	assert_null(strstr(r->texts[0], "nothing"));
	assert_int_equal(r->counts.chatter, 1);
	done(r);
}

static void verbose_fields_are_read(void **state)
{
	struct reading *r = read_text(
		"09:47:47.950297 IP (tos 0x10, ttl 63, id 4711, offset 0, flags [DF], proto TCP (6), length 52)\n"
		"    10.1.0.7.50502 > 172.16.1.2.5555: Flags [S], cksum 0x1c37 (correct), seq 1, win 8192, length 0\n"
		"09:47:48.950297 IP (tos 0x0, ttl 1, id 2, offset 1480, flags [none], proto UDP (17), length 52)\n"
		"    10.1.0.7 > 172.16.1.2: udp\n"
		"09:47:49.950297 IP (tos 0x0, id 3, offset 0, flags [+], proto UDP (17), length 1500)\n"
		"    10.1.0.7.1 > 172.16.1.2.2: UDP, length 3000\n"
		"09:47:50.950297 IP6 (flowlabel 0xa94e3, hlim 61, next-header TCP (6) payload length: 40) 2001:db8::1.1 > 2001:db8::2.2: Flags [R.], seq 0, ack 5, win 0, length 0\n"
		"09:47:51.950297 IP6 (hlim 60, next-header UDP (17), payload length 40) 2001:db8::1.1 > 2001:db8::2.2: [udp sum ok] UDP, length 32\n");

	(void)state;
	assert_int_equal(r->count, 5);
	assert_int_equal(packet_at(r, 0)->ttl, 63);
	assert_int_equal(packet_at(r, 0)->ip_id, 4711);
	assert_true(marked(packet_at(r, 0), PACKET_TTL));
	assert_true(marked(packet_at(r, 0), PACKET_DF));
	assert_true(marked(packet_at(r, 0), PACKET_GOOD_CHECKSUM));
	assert_true(marked(packet_at(r, 1), PACKET_LATER_FRAGMENT));
	assert_int_equal(packet_at(r, 1)->protocol, PACKET_UDP);
	assert_true(marked(packet_at(r, 2), PACKET_FIRST_FRAGMENT));
	assert_int_equal(packet_at(r, 2)->payload_len, 3000);
	assert_int_equal(packet_at(r, 3)->ttl, 61);
	assert_int_equal(packet_at(r, 3)->flow_label, 0xa94e3);
	assert_true(marked(packet_at(r, 3), PACKET_FLOW_LABEL));
	assert_int_equal(packet_at(r, 3)->version, 6);
	assert_int_equal(packet_at(r, 4)->ttl, 60);
	assert_int_equal(packet_at(r, 4)->payload_len, 32);
	assert_int_equal(r->counts.continuations, 3);
	done(r);
}

static void wrong_checksums_are_no_fault(void **state)
{
	struct reading *r = read_text(
		"09:47:47.950297 IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto TCP (6), length 52, bad cksum 0 (->1c54)!)\n"
		"    10.1.0.7.1 > 172.16.1.2.2: Flags [S], cksum 0x1c37 (incorrect -> 0x2c38), seq 1, win 8192, length 0\n");

	(void)state;
	assert_int_equal(r->count, 1);
	assert_false(marked(packet_at(r, 0), PACKET_BAD_CHECKSUM));
	done(r);
}

static void relative_numbers_become_absolute(void **state)
{
	struct reading *r = read_text(
		"10:00:50.309488 IP 10.1.0.7.51547 > 172.16.1.2.5555: Flags [S], seq 2094644342, win 8192, options [mss 1460,nop,wscale 2,nop,nop,sackOK], length 0\n"
		"10:00:50.309529 IP 172.16.1.2.5555 > 10.1.0.7.51547: Flags [S.], seq 3646003925, ack 2094644343, win 14600, options [mss 1460,nop,nop,sackOK,nop,wscale 6], length 0\n"
		"10:00:50.312479 IP 10.1.0.7.51547 > 172.16.1.2.5555: Flags [.], ack 1, win 16425, length 0\n"
		"10:00:50.318476 IP 10.1.0.7.51547 > 172.16.1.2.5555: Flags [P.], seq 1:112, ack 1, win 16425, length 111\n"
		"10:00:51.601757 IP 10.1.0.7.51547 > 172.16.1.2.5555: Flags [.], ack 9836, win 16108, options [nop,nop,sack 2 {9557:9836}{1:2}], length 0\n"
		"10:00:51.611757 IP 10.1.0.7.51547 > 172.16.1.2.5555: Flags [R], seq 2094644454, win 0, length 0\n");
	const struct packet *p;

	(void)state;
	assert_int_equal(r->count, 6);
	p = packet_at(r, 2);
	assert_false(marked(p, PACKET_SEQ));
	assert_int_equal(p->tcp.ack, 3646003926U);
	p = packet_at(r, 3);
	assert_true(marked(p, PACKET_SEQ));
	assert_int_equal(p->tcp.seq, 2094644343U);
	assert_int_equal(p->payload_len, 111);
	p = packet_at(r, 4);
	assert_int_equal(p->tcp.sack_count, 2);
	assert_int_equal(p->tcp.sack[0].left, 3646003925U + 9557);
	assert_int_equal(p->tcp.sack[0].right, 3646003925U + 9836);
	/* What has no ACK is never a distance. */
	assert_int_equal(packet_at(r, 5)->tcp.seq, 2094644454U);
	done(r);
}

static void absolute_numbers_stay(void **state)
{
	struct reading *r = read_text(
		"IP 10.1.0.7.51547 > 172.16.1.2.5555: Flags [S], seq 2094644342, win 8192, length 0\n"
		"IP 172.16.1.2.5555 > 10.1.0.7.51547: Flags [S.], seq 3646003925, ack 2094644343, win 14600, length 0\n"
		"IP 10.1.0.7.51547 > 172.16.1.2.5555: Flags [P.], seq 2094644343:2094644454, ack 3646003926, win 16425, options [sack 1 {3646003930:3646003940}], length 111\n");

	(void)state;
	assert_int_equal(packet_at(r, 2)->tcp.seq, 2094644343U);
	assert_int_equal(packet_at(r, 2)->tcp.ack, 3646003926U);
	assert_int_equal(packet_at(r, 2)->tcp.sack[0].left, 3646003930U);
	done(r);
}

static void a_refusal_has_absolute_numbers_the_first_time_only(void **state)
{
	struct reading *r = read_text(
		"IP 10.1.0.7.1000 > 172.16.1.2.80: Flags [S], seq 1465069541, win 8192, length 0\n"
		"IP 172.16.1.2.80 > 10.1.0.7.1000: Flags [R.], seq 0, ack 1465069542, win 0, length 0\n"
		"IP 10.1.0.7.1000 > 172.16.1.2.80: Flags [S], seq 1465069541, win 8192, length 0\n"
		"IP 172.16.1.2.80 > 10.1.0.7.1000: Flags [R.], seq 0, ack 1, win 0, length 0\n");

	(void)state;
	assert_int_equal(packet_at(r, 1)->tcp.ack, 1465069542U);
	assert_int_equal(packet_at(r, 3)->tcp.ack, 1465069542U);
	assert_int_equal(packet_at(r, 3)->tcp.seq, 0);
	done(r);
}

static void numbers_of_an_unseen_beginning_stay_relative(void **state)
{
	struct reading *r = read_text(
		"IP 10.1.0.7.1000 > 172.16.1.2.80: Flags [P.], seq 1:11, ack 1, win 100, length 10\n"
		"IP 172.16.1.2.80 > 10.1.0.7.1000: Flags [.], ack 11, win 100, length 0\n"
		"IP 172.16.1.2.80 > 10.1.0.7.1000: Flags [P.], seq 1:101, ack 11, win 100, length 100\n");

	(void)state;
	assert_true(marked(packet_at(r, 0), PACKET_SEQ_RELATIVE));
	assert_int_equal(packet_at(r, 0)->tcp.seq, 1);
	assert_int_equal(packet_at(r, 1)->tcp.ack, 11);
	assert_true(marked(packet_at(r, 2), PACKET_SEQ_RELATIVE));
	done(r);
}

static void
a_conversation_joined_midway_has_its_first_numbers_in_full(void **state)
{
	struct reading *r = read_text(
		"IP 10.1.0.7.1000 > 172.16.1.2.80: Flags [P.], seq 2803444242:2803444317, ack 2425292657, win 512, length 75\n"
		"IP 172.16.1.2.80 > 10.1.0.7.1000: Flags [P.], seq 1:43, ack 75, win 511, length 42\n");

	(void)state;
	assert_int_equal(packet_at(r, 0)->tcp.seq, 2803444242U);
	assert_int_equal(packet_at(r, 1)->tcp.seq, 2425292657U);
	assert_int_equal(packet_at(r, 1)->tcp.ack, 2803444317U);
	assert_false(marked(packet_at(r, 1), PACKET_SEQ_RELATIVE));
	done(r);
}

static void tcpdump_3_is_read(void **state)
{
	struct reading *r = read_text(
		"10:00:50.309529 172.16.1.2.22 > 10.1.0.7.1000: S 3646003925:3646003925(0) ack 2094644343 win 5792 <mss 1460,nop,nop,timestamp 1 2,nop,wscale 0> (DF)\n"
		"10:00:50.312479 10.1.0.7.1000 > 172.16.1.2.22: . ack 1 win 5840 (DF)\n"
		"10:00:50.312580 10.1.0.7.1000 > 172.16.1.2.22: P 1:22(21) ack 1 win 5840 <nop,nop,timestamp 3 4> (DF) [tos 0x10]\n"
		"10:00:50.312680 172.16.1.2.22 > 10.1.0.7.1000: F 1:1(0) ack 22 win 5840\n"
		"10:00:50.312780 10.1.0.7.1000 > 172.16.1.2.22: R 2094644364:2094644364(0) win 0\n"
		"10:00:50.312880 10.1.0.7.2000 > 172.16.1.2.22: SWE 1:1(0) win 5840\n"
		"10:00:50.312980 172.16.1.2 > 10.1.0.7: icmp: host 172.16.1.3 unreachable - admin prohibited [tos 0xc0]\n"
		"10:00:50.313080 10.1.0.7 > 172.16.1.2: icmp: echo request (DF)\n"
		"10:00:50.313180 arp who-has 172.16.1.2 tell 172.16.1.1\n"
		"10:00:50.313280 arp reply 172.16.1.2 is-at 0:c:29:aa:bb:cc\n"
		"10:00:50.313380 10.1.0.7.1234 > 172.16.1.2.53:  12345+ A? example.org. (29) (DF)\n"
		"10:00:50.313480 10.1.0.7.1234 > 172.16.1.2.9999: udp 20 (DF)\n");

	(void)state;
	assert_int_equal(r->count, 12);
	assert_int_equal(packet_at(r, 0)->tcp.flags, TCP_SYN | TCP_ACK);
	assert_true(packet_at(r, 0)->tcp.has_timestamp);
	assert_int_equal(packet_at(r, 0)->tcp.ts_echo, 2);
	assert_true(marked(packet_at(r, 0), PACKET_DF));
	assert_int_equal(packet_at(r, 1)->tcp.flags, TCP_ACK);
	assert_int_equal(packet_at(r, 1)->tcp.ack, 3646003926U);
	assert_int_equal(packet_at(r, 2)->tcp.flags, TCP_PSH | TCP_ACK);
	assert_int_equal(packet_at(r, 2)->payload_len, 21);
	assert_int_equal(packet_at(r, 2)->tcp.seq, 2094644343U);
	assert_int_equal(packet_at(r, 3)->tcp.flags, TCP_FIN | TCP_ACK);
	assert_int_equal(packet_at(r, 4)->tcp.flags, TCP_RST);
	assert_int_equal(packet_at(r, 5)->tcp.flags,
			 TCP_SYN | TCP_CWR | TCP_ECE);
	assert_int_equal(packet_at(r, 6)->icmp.type, 3);
	assert_int_equal(packet_at(r, 6)->icmp.code, 10);
	assert_int_equal(packet_at(r, 7)->icmp.type, 8);
	assert_int_equal(packet_at(r, 8)->arp.op, 1);
	assert_int_equal(packet_at(r, 9)->arp.sender_mac[1], 0x0c);
	assert_int_equal(packet_at(r, 10)->protocol, PACKET_UDP);
	assert_int_equal(packet_at(r, 11)->payload_len, 20);
	assert_int_equal(r->counts.unread, 0);
	done(r);
}

static void quiet_lines_are_read(void **state)
{
	struct reading *r = read_text(
		"09:47:47.950297 IP 10.1.0.7.1000 > 172.16.1.2.80: tcp 0\n"
		"09:47:47.950298 IP 10.1.0.7.1000 > 172.16.1.2.80: tcp 517\n"
		"09:47:47.950299 IP 10.1.0.7.53 > 172.16.1.2.1000: UDP, length 29\n"
		"09:47:47.950299 52:54:00:12:34:56 > 52:54:00:65:43:21, IPv4, length 66: 10.1.0.7.1000 > 172.16.1.2.80: tcp 5\n");

	(void)state;
	assert_int_equal(r->count, 4);
	assert_int_equal(packet_at(r, 1)->protocol, PACKET_TCP);
	assert_int_equal(packet_at(r, 1)->payload_len, 517);
	assert_int_equal(packet_at(r, 2)->payload_len, 29);
	assert_int_equal(packet_at(r, 3)->payload_len, 5);
	assert_int_equal(packet_at(r, 3)->src_mac[5], 0x56);
	done(r);
}

static void dumps_below_packets_are_skipped(void **state)
{
	struct reading *r = read_text(
		"09:47:26.782149 IP 127.0.0.1.40896 > 127.0.0.1.22: Flags [P.], seq 1:76, ack 1, win 512, length 75\n"
		"\t0x0000:  4500 0040 4b27 4000 4006 94f9 c0a8 014f  E..@K'@.@......O\n"
		"\t0x0010:  839f 1501 caa8 0016 a444 82cb 0000 0000  .........D......\n"
		"09:47:26.783350 IP 127.0.0.1.22 > 127.0.0.1.40896: Flags [P.], seq 1:43, ack 76, win 511, length 42\n"
		"E..^A`@.@..7...............q..*]...........\n"
		".f...f..GET / HTTP/1.1\n"
		"Host: 127.0.0.1:22\n"
		"\n"
		"09:47:26.793350 IP 127.0.0.1.22 > 127.0.0.1.40896: Flags [.], ack 76, win 511, length 0\n");

	(void)state;
	assert_int_equal(r->count, 3);
	assert_int_equal(r->counts.continuations, 2);
	assert_int_equal(r->counts.chatter, 4);
	assert_int_equal(r->packets[2].line, 9);
	done(r);
}

static void redacted_names_keep_conversations_apart(void **state)
{
	struct reading *r = read_text(
		"09:47:47.950297 IP HOST-A.50502 > HOST-B.22: Flags [S], seq 1, win 1, length 0\n"
		"09:47:47.950298 IP 10.x.x.7.50502 > client.example.com.ssh: Flags [S], seq 1, win 1, length 0\n"
		"09:47:47.950299 IP6 gw.example.com > HOST-A: ICMP6, echo request, id 1, seq 2, length 64\n"
		"09:47:47.950299 IP HOST-B > HOST-A: ICMP host HOST-B unreachable, length 36\n"
		"09:47:47.950299 IP localhost.1000 > localhost.domain: 1+ A? example.org. (29)\n");
	const struct packet *first = packet_at(r, 0);
	struct address real = address_v4(0x0a010007);

	(void)state;
	assert_int_equal(r->count, 5);
	assert_int_equal(first->src.bytes[12] & 0xf0, 0xf0);
	assert_false(address_equal(&first->src, &first->dst));
	assert_string_equal(pasted_name(r->pasted, &first->src), "HOST-A");
	assert_string_equal(pasted_name(r->pasted, &first->dst), "HOST-B");
	assert_int_equal(first->dport, 22);
	assert_string_equal(pasted_name(r->pasted, &packet_at(r, 1)->src),
			    "10.x.x.7");
	assert_string_equal(pasted_name(r->pasted, &packet_at(r, 1)->dst),
			    "client.example.com");
	assert_int_equal(packet_at(r, 1)->dport, 22);
	assert_int_equal(packet_at(r, 2)->src.bytes[0], 1);
	assert_string_equal(pasted_name(r->pasted, &packet_at(r, 2)->dst),
			    "HOST-A");
	assert_true(
		address_equal(&packet_at(r, 3)->icmp.quote.dst, &first->dst));
	assert_ends(packet_at(r, 4), "127.0.0.1", 1000, "127.0.0.1", 53);
	assert_null(pasted_name(r->pasted, &real));
	done(r);
}

struct wording {
	const char *words;
	uint8_t type;
	uint8_t code;
	uint32_t mtu;
	uint8_t protocol; /* of the quoted packet */
	uint16_t port;
	const char *dst;
};

static void check_wordings(const struct wording *w, size_t count,
			   const char *before, const char *after)
{
	for (size_t i = 0; i < count; i++) {
		char line[512];
		struct reading *r;
		const struct packet *p;

		(void)snprintf(line, sizeof(line), "%s%s%s\n", before,
			       w[i].words, after);
		r = read_text(line);
		p = packet_at(r, 0);
		if (p->icmp.type != w[i].type || p->icmp.code != w[i].code)
			print_error("%s\n", line);
		assert_int_equal(p->icmp.type, w[i].type);
		assert_int_equal(p->icmp.code, w[i].code);
		assert_int_equal(p->icmp.mtu, w[i].mtu);
		assert_int_equal(p->icmp.quote.protocol, w[i].protocol);
		assert_int_equal(p->icmp.quote.dport, w[i].port);
		assert_false(p->icmp.quote.has_ports);
		if (w[i].dst) {
			assert_address(&p->icmp.quote.dst, w[i].dst);
			assert_true(address_equal(&p->icmp.quote.src, &p->dst));
		}
		done(r);
	}
}

static void every_icmp_error_is_told_by_its_words(void **state)
{
	static const struct wording wordings[] = {
		{ "net 10.9.9.9 unreachable", 3, 0, 0, 0, 0, "10.9.9.9" },
		{ "host 10.9.9.9 unreachable", 3, 1, 0, 0, 0, "10.9.9.9" },
		{ "10.9.9.9 protocol 132 unreachable", 3, 2, 0, 132, 0,
		  "10.9.9.9" },
		{ "10.9.9.9 tcp port 5555 unreachable", 3, 3, 0, 6, 5555,
		  "10.9.9.9" },
		{ "10.9.9.9 tcp port http unreachable", 3, 3, 0, 6, 80,
		  "10.9.9.9" },
		{ "10.9.9.9 udp port 53 unreachable", 3, 3, 0, 17, 53,
		  "10.9.9.9" },
		{ "10.9.9.9 protocol 33 port 7 unreachable", 3, 3, 0, 33, 7,
		  "10.9.9.9" },
		{ "10.9.9.9 unreachable - need to frag (mtu 1400)", 3, 4, 1400,
		  0, 0, "10.9.9.9" },
		{ "10.9.9.9 unreachable - need to frag", 3, 4, 0, 0, 0,
		  "10.9.9.9" },
		{ "10.9.9.9 unreachable - source route failed", 3, 5, 0, 0, 0,
		  "10.9.9.9" },
		{ "net 10.9.9.9 unreachable - unknown", 3, 6, 0, 0, 0,
		  "10.9.9.9" },
		{ "host 10.9.9.9 unreachable - unknown", 3, 7, 0, 0, 0,
		  "10.9.9.9" },
		{ "10.9.9.9 unreachable - source host isolated", 3, 8, 0, 0, 0,
		  "10.9.9.9" },
		{ "net 10.9.9.9 unreachable - admin prohibited", 3, 9, 0, 0, 0,
		  "10.9.9.9" },
		{ "host 10.9.9.9 unreachable - admin prohibited", 3, 10, 0, 0,
		  0, "10.9.9.9" },
		{ "net 10.9.9.9 unreachable - tos prohibited", 3, 11, 0, 0, 0,
		  "10.9.9.9" },
		{ "host 10.9.9.9 unreachable - tos prohibited", 3, 12, 0, 0, 0,
		  "10.9.9.9" },
		{ "host 10.9.9.9 unreachable - admin prohibited filter", 3, 13,
		  0, 0, 0, "10.9.9.9" },
		{ "host 10.9.9.9 unreachable - host precedence violation", 3,
		  14, 0, 0, 0, "10.9.9.9" },
		{ "host 10.9.9.9 unreachable - precedence cutoff", 3, 15, 0, 0,
		  0, "10.9.9.9" },
		{ "10.9.9.9 unreachable - #77", 3, 77, 0, 0, 0, "10.9.9.9" },
		{ "source quench", 4, 0, 0, 0, 0, NULL },
		{ "redirect 10.9.9.9 to host 10.0.0.1", 5, 0, 0, 0, 0, NULL },
		{ "time exceeded in-transit", 11, 0, 0, 0, 0, NULL },
		{ "ip reassembly time exceeded", 11, 1, 0, 0, 0, NULL },
		{ "parameter problem - octet 20", 12, 0, 0, 0, 0, NULL },
		{ "time stamp query id 1 seq 2", 13, 0, 0, 0, 0, NULL },
		{ "type-#41", 41, 0, 0, 0, 0, NULL },
	};

	(void)state;
	check_wordings(wordings, sizeof(wordings) / sizeof(*wordings),
		       "09:47:47.950297 IP 172.16.1.2 > 10.1.0.7: ICMP ",
		       ", length 36");
}

static void every_icmpv6_error_is_told_by_its_words(void **state)
{
	static const struct wording wordings[] = {
		{ "destination unreachable, unreachable route 2001:db8::9", 1,
		  0, 0, 0, 0, "2001:db8::9" },
		{ "destination unreachable,  unreachable prohibited 2001:db8::9",
		  1, 1, 0, 0, 0, "2001:db8::9" },
		{ "destination unreachable, beyond scope 2001:db8::9, source address fe80::1",
		  1, 2, 0, 0, 0, "2001:db8::9" },
		{ "destination unreachable, unreachable address 2001:db8::9", 1,
		  3, 0, 0, 0, "2001:db8::9" },
		{ "destination unreachable, unreachable port, 2001:db8::9 tcp port 5555",
		  1, 4, 0, 6, 5555, "2001:db8::9" },
		{ "destination unreachable, unreachable port, 2001:db8::9 udp port domain",
		  1, 4, 0, 17, 53, "2001:db8::9" },
		{ "destination unreachable, unknown unreach code (5)", 1, 5, 0,
		  0, 0, NULL },
		{ "packet too big, mtu 1280", 2, 0, 1280, 0, 0, NULL },
		{ "time exceeded in-transit for 2001:db8::9", 3, 0, 0, 0, 0,
		  "2001:db8::9" },
		{ "time exceeded in-transit (reassembly)", 3, 1, 0, 0, 0,
		  NULL },
		{ "parameter problem, next header - octet 40", 4, 1, 0, 0, 0,
		  NULL },
	};

	(void)state;
	check_wordings(wordings, sizeof(wordings) / sizeof(*wordings),
		       "09:47:47.950297 IP6 2001:db8::2 > 2001:db8::7: ICMP6, ",
		       ", length 88");
	check_wordings(
		wordings, sizeof(wordings) / sizeof(*wordings),
		"09:47:47.950297 IP6 (flowlabel 0xa94e3, hlim 64, next-header ICMPv6 (58) payload length: 88) 2001:db8::2 > 2001:db8::7: [icmp6 sum ok] ICMP6, ",
		"");
}

static void the_packet_an_error_quotes_is_read(void **state)
{
	static const char *const texts[] = {
		"06:06:10.695115 IP (tos 0xc0, ttl 63, id 17689, offset 0, flags [none], proto ICMP (1), length 576)\n"
		"    192.168.1.1 > 10.10.1.4: ICMP 74.53.140.153 unreachable - need to frag (mtu 1492), length 556\n"
		"\tIP (tos 0x0, ttl 126, id 9551, offset 0, flags [DF], proto TCP (6), length 1500)\n"
		"    10.10.1.4.1470 > 74.53.140.153.25: Flags [.], seq 2126795847:2126797307, ack 2934727550, win 65073, length 1460: SMTP, length: 1460\n"
		"\tFrom: \"Gurpartap Singh\" <gurpartap@patriots.in>\n"
		"\tSubject: SMTP\n",
		/* the same with its blanks lost */
		"06:06:10.695115 IP (tos 0xc0, ttl 63, id 17689, offset 0, flags [none], proto ICMP (1), length 576)\n"
		"192.168.1.1 > 10.10.1.4: ICMP 74.53.140.153 unreachable - need to frag (mtu 1492), length 556\n"
		"IP (tos 0x0, ttl 126, id 9551, offset 0, flags [DF], proto TCP (6), length 1500)\n"
		"10.10.1.4.1470 > 74.53.140.153.25: Flags [.], seq 2126795847:2126797307, ack 2934727550, win 65073, length 1460: SMTP, length: 1460\n",
		/* -t -e */
		"52:54:00:12:34:56 > 52:54:00:65:43:21, ethertype IPv4 (0x0800), length 590: (tos 0xc0, ttl 63, id 17689, offset 0, flags [none], proto ICMP (1), length 576)\n"
		"    192.168.1.1 > 10.10.1.4: ICMP 74.53.140.153 unreachable - need to frag (mtu 1492), length 556\n"
		"\t(tos 0x0, ttl 126, id 9551, offset 0, flags [DF], proto TCP (6), length 1500)\n"
		"    10.10.1.4.1470 > 74.53.140.153.25: Flags [.], seq 2126795847:2126797307, ack 2934727550, win 65073, length 1460\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct reading *r = read_text(texts[i]);
		const struct packet_quote *q = &packet_at(r, 0)->icmp.quote;

		assert_int_equal(r->count, 1);
		assert_int_equal(packet_at(r, 0)->icmp.mtu, 1492);
		assert_int_equal(q->protocol, PACKET_TCP);
		assert_true(q->has_ports);
		assert_int_equal(q->sport, 1470);
		assert_int_equal(q->dport, 25);
		assert_address(&q->src, "10.10.1.4");
		assert_address(&q->dst, "74.53.140.153");
		assert_true(marked(packet_at(r, 0), PACKET_QUOTED_TCP_SEQ));
		assert_int_equal(q->seq, 2126795847U);
		assert_int_equal(packet_at(r, 0)->ttl, 63);
		done(r);
	}
}

static void a_quoted_packet_that_is_cut_still_has_its_ports(void **state)
{
	struct reading *r = read_text(
		"21:18:17.068273 IP (tos 0x0, ttl 64, id 936, offset 0, flags [DF], proto ICMP (1), length 56)\n"
		"    192.168.30.2 > 192.168.30.1: ICMP host 192.168.30.2 unreachable - admin prohibited, length 36\n"
		"\tIP (tos 0x0, ttl 64, id 37159, offset 0, flags [DF], proto TCP (6), length 52)\n"
		"    192.168.30.1.49507 > 192.168.30.2.23:  [|tcp]\n"
		"21:18:18.068273 IP 192.168.30.1.49507 > 192.168.30.2.23: Flags [S], seq 1, win 1, length 0\n");
	const struct packet_quote *q = &packet_at(r, 0)->icmp.quote;

	(void)state;
	assert_int_equal(r->count, 2);
	assert_int_equal(q->protocol, PACKET_TCP);
	assert_true(q->has_ports);
	assert_int_equal(q->sport, 49507);
	assert_int_equal(q->dport, 23);
	assert_false(marked(packet_at(r, 0), PACKET_QUOTED_TCP_SEQ));
	done(r);
}

static void pings_have_their_id_and_number(void **state)
{
	struct reading *r = read_text(
		"09:30:56.355936 IP 10.1.0.7 > 172.16.1.2: ICMP echo request, id 1, seq 8, length 40\n"
		"09:30:56.355981 IP 172.16.1.2 > 10.1.0.7: ICMP echo reply, id 1, seq 8, length 40\n"
		"09:30:56.355981 IP6 fe80::1 > fe80::2: ICMP6, echo request, id 7, seq 9, length 64\n");

	(void)state;
	assert_int_equal(packet_at(r, 0)->icmp.type, 8);
	assert_int_equal(packet_at(r, 0)->icmp.sequence, 8);
	assert_int_equal(packet_at(r, 1)->icmp.type, 0);
	assert_int_equal(packet_at(r, 1)->sport, 1);
	assert_int_equal(packet_at(r, 2)->icmp.type, 128);
	assert_int_equal(packet_at(r, 2)->icmp.id, 7);
	done(r);
}

static void neighbours_are_read(void **state)
{
	struct reading *r = read_text(
		"18:07:20.497589 ARP, Request who-has 192.168.1.2 tell 192.168.1.71, length 28\n"
		"18:07:20.498589 ARP, Reply 192.168.1.2 is-at d8:30:62:48:c5:b5, length 46\n"
		"18:07:20.499589 c4:2c:03:3b:6c:aa > ff:ff:ff:ff:ff:ff, ethertype ARP (0x0806), length 42: Ethernet (len 6), IPv4 (len 4), Request who-has 192.168.1.3 (d8:30:62:48:c5:b5) tell 192.168.1.71, length 28\n"
		"18:07:21.000000 IP6 fe80::1 > ff02::1:ff00:2: ICMP6, neighbor solicitation, who has fe80::2, length 32\n"
		"18:07:21.000001 IP6 (hlim 255, next-header ICMPv6 (58) payload length: 32) fe80::2 > fe80::1: [icmp6 sum ok] ICMP6, neighbor advertisement, length 32, tgt is fe80::2, Flags [solicited, override]\n"
		"\t  destination link-address option (2), length 8 (1): d8:30:62:48:c5:b5\n"
		"18:07:20.497589 ARP, Announcement 192.168.1.2, length 28\n"
		"18:07:20.497589 ARP, Probe 192.168.1.3, length 28\n");

	(void)state;
	assert_int_equal(r->count, 7);
	assert_ends(packet_at(r, 5), "192.168.1.2", 0, "192.168.1.2", 0);
	assert_ends(packet_at(r, 6), "0.0.0.0", 0, "192.168.1.3", 0);
	assert_int_equal(packet_at(r, 0)->protocol, PACKET_ARP);
	assert_int_equal(packet_at(r, 0)->arp.op, 1);
	assert_ends(packet_at(r, 0), "192.168.1.71", 0, "192.168.1.2", 0);
	assert_int_equal(packet_at(r, 1)->arp.op, 2);
	assert_address(&packet_at(r, 1)->src, "192.168.1.2");
	assert_int_equal(packet_at(r, 1)->arp.sender_mac[5], 0xb5);
	assert_int_equal(packet_at(r, 2)->arp.sender_mac[5], 0xaa);
	assert_true(packet_at(r, 2)->has_mac);
	assert_true(marked(packet_at(r, 2), PACKET_MULTICAST));
	assert_address(&packet_at(r, 2)->dst, "192.168.1.3");
	assert_int_equal(packet_at(r, 3)->icmp.type, 135);
	assert_address(&packet_at(r, 3)->icmp.target, "fe80::2");
	assert_true(marked(packet_at(r, 3), PACKET_MULTICAST));
	assert_int_equal(packet_at(r, 4)->icmp.type, 136);
	assert_address(&packet_at(r, 4)->icmp.target, "fe80::2");
	done(r);
}

static bool has_words(const struct packet *p, const char *words)
{
	return p->words && strlen(words) == p->words_len &&
	       !memcmp(p->words, words, p->words_len);
}

static void words_about_the_payload_are_kept(void **state)
{
	struct reading *r = read_text(
		"06:06:07.492060 IP 10.10.1.4.56166 > 10.10.1.1.53: 31062+ A? mail.patriots.in. (34)\n"
		"06:06:07.526085 IP 10.10.1.1.53 > 10.10.1.4.56166: 31062 NXDomain 0/1/0 (100)\n"
		"06:06:08.219663 IP 74.53.140.153.25 > 10.10.1.4.1470: Flags [P.], seq 1:182, ack 1, win 5840, length 181: SMTP: 220 hello\n"
		"06:06:08.219663 IP6 fe80::1.546 > ff02::1:2.547: dhcp6 solicit\n"
		"06:06:08.219663 IP 10.0.0.1.123 > 10.0.0.2.123: NTPv4, Client, length 48\n");

	(void)state;
	assert_int_equal(r->count, 5);
	assert_int_equal(packet_at(r, 0)->protocol, PACKET_UDP);
	assert_int_equal(packet_at(r, 0)->payload_len, 34);
	assert_true(
		has_words(packet_at(r, 0), "31062+ A? mail.patriots.in. (34)"));
	assert_true(has_words(packet_at(r, 1), "31062 NXDomain 0/1/0 (100)"));
	assert_true(has_words(packet_at(r, 2), "SMTP: 220 hello"));
	assert_ends(packet_at(r, 3), "fe80::1", 546, "ff02::1:2", 547);
	assert_int_equal(packet_at(r, 4)->payload_len, 48);
	done(r);
}

static void the_direction_of_any_is_read(void **state)
{
	struct reading *r = read_text(
		"09:47:47.950297 eth0  Out " SYN "\n"
		"09:47:47.950297 eth0  In  " SYN "\n"
		"09:47:47.950297 eth0  B   ARP, Request who-has 10.0.0.1 tell 10.0.0.2, length 28\n"
		"09:47:47.950297   P " SYN "\n"
		"09:47:47.950297 br-0a1b2c3d4e5f M   " SYN "\n");

	(void)state;
	assert_int_equal(r->count, 5);
	assert_true(marked(packet_at(r, 0), PACKET_OUTGOING));
	assert_true(marked(packet_at(r, 1), PACKET_INCOMING));
	assert_true(marked(packet_at(r, 2), PACKET_MULTICAST));
	assert_true(marked(packet_at(r, 3), PACKET_OTHERHOST));
	assert_true(marked(packet_at(r, 4), PACKET_MULTICAST));
	done(r);
}

static int64_t span(const struct reading *r, size_t from, size_t to)
{
	return packet_at(r, to)->time_ns - packet_at(r, from)->time_ns;
}

static void time_goes_on_past_midnight(void **state)
{
	struct reading *r = read_text("23:59:59.500000 " SYN "\n"
				      "00:00:00.500000 " SYN "\n"
				      "23:59:59.900000 " SYN "\n"
				      "00:00:01.000000 " SYN "\n");

	(void)state;
	assert_int_equal(span(r, 0, 1), 1000000000);
	assert_int_equal(span(r, 0, 2), 400000000);
	assert_int_equal(span(r, 0, 3), 1500000000);
	done(r);
}

static void dates_and_seconds_mean_the_same(void **state)
{
	struct reading *r = read_text("2009-11-19 01:29:22.123456 " SYN "\n"
				      "1258594162.123456 " SYN "\n"
				      "1970-01-01 00:00:01.000000 " SYN "\n");

	(void)state;
	assert_int_equal(packet_at(r, 0)->time_ns, 1258594162123456000);
	assert_int_equal(packet_at(r, 1)->time_ns, 1258594162123456000);
	assert_int_equal(packet_at(r, 2)->time_ns, 1000000000);
	done(r);
}

static void spans_are_added_up(void **state)
{
	struct reading *r = read_text(" 00:00:00.000000 " SYN "\n"
				      " 00:00:03.000000 " SYN "\n"
				      " 00:00:01.000000 " SYN "\n"
				      "-00:00:00.500000 " SYN "\n");

	(void)state;
	assert_int_equal(packet_at(r, 1)->time_ns, 3000000000);
	assert_int_equal(packet_at(r, 2)->time_ns, 4000000000);
	assert_int_equal(packet_at(r, 3)->time_ns, 3500000000);
	done(r);

	r = read_text(" 00:00:00.000000 " SYN "\n"
		      " 00:00:03.000000 " SYN "\n"
		      " 00:00:04.000000 " SYN "\n");
	assert_int_equal(packet_at(r, 2)->time_ns, 4000000000);
	done(r);
}

static void no_span_is_too_long(void **state)
{
	struct reading *r = read_text("4294967295. 000043 " SYN "\n"
				      "4294967295. 000043 " SYN "\n"
				      "4294967295. 000043 " SYN "\n"
				      "9999-12-31 09:47:47.950297 " SYN "\n");

	(void)state;
	assert_int_equal(r->count, 3);
	assert_true(packet_at(r, 2)->time_ns == INT64_MAX);
	done(r);
}

static void without_times_the_order_is_kept(void **state)
{
	struct reading *r = read_text(SYN "\n" SYN "\n");

	(void)state;
	assert_int_equal(packet_at(r, 0)->time_ns, 0);
	assert_int_equal(packet_at(r, 0)->frame, 1);
	assert_int_equal(packet_at(r, 1)->frame, 2);
	done(r);
}

static void packet_numbers_are_kept(void **state)
{
	struct reading *r = read_text("   12  09:47:47.950297 " SYN "\n");

	(void)state;
	assert_int_equal(packet_at(r, 0)->frame, 12);
	done(r);
}

static void what_cannot_be_read_is_a_problem_with_its_place(void **state)
{
	struct reading *r = read_text(
		TIMED_SYN "09:47:48.000000 IP 10.1.0.7.50502 > nobody knows\n"
			  "See 10.0.0.1 > 10.0.0.2 for more.\n");
	const struct problem *p = problems_at(r->problems, 0);

	(void)state;
	assert_int_equal(r->count, 1);
	assert_int_equal(r->counts.unread, 1);
	assert_int_equal(r->counts.chatter, 1);
	assert_non_null(p);
	assert_string_equal(p->file, "ticket.txt");
	assert_int_equal(p->line, 2);
	assert_int_equal(p->column, 20);
	assert_string_equal(p->excerpt,
			    "09:47:48.000000 IP 10.1.0.7.50502 > nobody knows");
	done(r);
}

static void what_is_no_packet_is_chatter(void **state)
{
	struct reading *r = read_text(
		"Hello,\n"
		"our server 10.0.0.1 does not answer since 09:47:47.950297 today.\n"
		"Nov 21 09:47:47 server sshd[4711]: Connection closed\n"
		"09:47:47.950 [main] INFO started\n"
		"2026-11-21 09:47:47.950297 INFO started\n"
		"1 > 2: true\n"
		"IP addresses are > 10\n");

	(void)state;
	assert_int_equal(r->count, 0);
	assert_int_equal(r->counts.chatter, 7);
	assert_int_equal(r->counts.lines, 7);
	assert_int_equal(problems_count(r->problems), 0);
	done(r);
}

static void other_protocols_are_packets(void **state)
{
	struct reading *r = read_text(
		"12:55:09.461451 IS-IS, L2 Lan IIH, src-id 0000.0000.0002, length 1497\n"
		"12:55:11.903764 LLDP, length 136: rtr01\n"
		"12:55:11.903764 STP 802.1d, Config, Flags [none], length 43\n"
		"12:55:11.903764 52:54:00:12:34:56 > 01:80:c2:00:00:00, 802.3, length 39: LLC, dsap STP (0x42) Individual, length 35\n"
		"12:55:08.569449 IP 10.0.0.2 > 224.0.0.13: PIMv2, Hello, length 34\n"
		"12:55:08.569449 IP 10.0.0.2 > 10.0.0.3: ESP(spi=0x1,seq=0x1), length 100\n"
		"12:55:08.569449 IP 10.0.0.2.36412 > 10.0.0.3.36412: sctp (1) [INIT] [init tag: 1]\n"
		"12:55:08.569449 IP 10.0.0.2 > 10.0.0.3:  ip-proto-99 20\n"
		"12:55:08.569449 IP 10.0.0.2 > 10.0.0.3: ip-proto-6\n");

	(void)state;
	assert_int_equal(r->count, 9);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(packet_at(r, i)->protocol, PACKET_NOT_IP);
	assert_int_equal(packet_at(r, 4)->protocol, 103);
	assert_int_equal(packet_at(r, 5)->protocol, 50);
	assert_int_equal(packet_at(r, 6)->protocol, PACKET_SCTP);
	assert_int_equal(packet_at(r, 6)->dport, 36412);
	assert_int_equal(packet_at(r, 7)->protocol, 99);
	assert_true(marked(packet_at(r, 8), PACKET_LATER_FRAGMENT));
	done(r);
}

static void extension_headers_are_passed(void **state)
{
	struct reading *r = read_text(
		"12:55:08.569449 IP6 fe80::1 > ff02::16: HBH (rtalert: 0x0000) (padn) ICMP6, multicast listener report v2, 1 group record(s), length 28\n"
		"12:55:08.569449 IP6 2001:db8::1 > 2001:db8::2: frag (0|1448) 1000 > 80: Flags [S], seq 1, win 1, length 0\n"
		"12:55:08.569449 IP6 2001:db8::1 > 2001:db8::2: frag (1448|64)\n");

	(void)state;
	assert_int_equal(r->count, 3);
	assert_int_equal(packet_at(r, 0)->icmp.type, 143);
	assert_int_equal(packet_at(r, 1)->sport, 1000);
	assert_int_equal(packet_at(r, 1)->dport, 80);
	assert_int_equal(packet_at(r, 1)->tcp.flags, TCP_SYN);
	assert_true(marked(packet_at(r, 2), PACKET_LATER_FRAGMENT));
	done(r);
}

static void every_tcp_option_is_passed(void **state)
{
	struct reading *r = read_text(
		"12:55:08.569449 IP 10.0.0.1.1 > 10.0.0.2.2: Flags [SEW], seq 1, win 1, options [mss 1460,sackOK,TS val 4294967295 ecr 7,nop,wscale 14,mptcp 12 capable v1 {0x1,0x2},md5 0102,tfo  cookie 0a0b,unknown-77 0x1234,uto 0x1 0,eol], length 0\n"
		"12:55:08.569449 IP 10.0.0.1.3 > 10.0.0.2.2: Flags [S], seq 1, win 1, options [mss 1452,nop,[bad opt]\n"
		"12:55:08.569449 IP 10.0.0.1.4 > 10.0.0.2.2: Flags [none], seq 1:5, win 1, length 4\n"
		"12:55:08.569449 IP 10.0.0.1.5 > 10.0.0.2.2: Flags [P.Ue], seq 1:5, ack 1, win 1, urg 3, length 4\n"
		"12:55:08.569449 IP 10.0.0.1.6 > 10.0.0.2.2:  [|tcp]\n");
	const struct packet_tcp *tcp = &packet_at(r, 0)->tcp;

	(void)state;
	assert_int_equal(r->count, 5);
	assert_int_equal(tcp->flags, TCP_SYN | TCP_ECE | TCP_CWR);
	assert_int_equal(tcp->mss, 1460);
	assert_int_equal(tcp->ts_value, UINT32_MAX);
	assert_int_equal(tcp->window_scale, 14);
	assert_true(tcp->has_md5);
	assert_true(tcp->has_fast_open);
	assert_true(marked(packet_at(r, 0), PACKET_OPTIONS));
	assert_int_equal(packet_at(r, 1)->tcp.mss, 1452);
	assert_int_equal(packet_at(r, 2)->tcp.flags, 0);
	assert_int_equal(packet_at(r, 3)->tcp.flags,
			 TCP_PSH | TCP_ACK | TCP_URG | TCP_AE);
	assert_true(marked(packet_at(r, 4), PACKET_TRUNCATED));
	assert_ends(packet_at(r, 4), "10.0.0.1", 6, "10.0.0.2", 2);
	done(r);
}

static void the_size_of_the_chunks_does_not_matter(void **state)
{
	(void)state;
	for (size_t step = 1; step < 90; step += 11) {
		struct reading *r =
			read_bytes(manager_bad, sizeof(manager_bad) - 1, step);

		assert_int_equal(r->count, 3);
		assert_is_the_syn(packet_at(r, 0));
		assert_int_equal(r->counts.continuations, 3);
		done(r);
	}
}

static void a_packet_is_handed_out_when_the_next_begins(void **state)
{
	struct problems *problems = problems_new();
	struct pasted *p = pasted_new(NULL, problems);
	struct pasted_packet packet;

	(void)state;
	assert_int_equal(pasted_feed(p, TIMED_SYN, sizeof(TIMED_SYN) - 1), 0);
	assert_int_equal(pasted_next(p, &packet), 0);
	assert_int_equal(pasted_feed(p, TIMED_SYN, sizeof(TIMED_SYN) - 1), 0);
	assert_int_equal(pasted_next(p, &packet), 1);
	assert_int_equal(pasted_next(p, &packet), 0);
	assert_int_equal(pasted_end(p), 0);
	assert_int_equal(pasted_next(p, &packet), 1);
	assert_int_equal(pasted_next(p, &packet), 0);
	pasted_free(p);
	problems_free(problems);
}

static void a_line_without_end_does_not_fill_the_memory(void **state)
{
	static const char text[] = TIMED_SYN;
	struct problems *problems = problems_new();
	struct pasted *p = pasted_new("f", problems);
	struct pasted_packet packet;
	struct pasted_counts counts;
	char *block = malloc(1 << 20);

	(void)state;
	assert_non_null(block);
	memset(block, 'x', 1 << 20);
	for (int i = 0; i < 16; i++) {
		assert_int_equal(pasted_feed(p, block, 1 << 20), 0);
		assert_int_equal(pasted_next(p, &packet), 0);
	}
	assert_int_equal(pasted_feed(p, "\n", 1), 0);
	assert_int_equal(pasted_feed(p, text, sizeof(text) - 1), 0);
	assert_int_equal(pasted_end(p), 0);
	assert_int_equal(pasted_next(p, &packet), 1);
	assert_is_the_syn(&packet.packet);
	assert_int_equal(packet.line, 2);
	pasted_counts(p, &counts);
	assert_int_equal(counts.lines, 2);
	free(block);
	pasted_free(p);
	problems_free(problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_of_a_syn_is_read),
		cmocka_unit_test(every_way_of_quoting_is_undone),
		cmocka_unit_test(text_in_utf_16_is_read),
		cmocka_unit_test(numbers_cut_by_the_terminal_are_joined),
		cmocka_unit_test(words_cut_by_the_terminal_are_joined),
		cmocka_unit_test(lines_wrapped_between_words_are_joined),
		cmocka_unit_test(a_piece_that_begins_with_an_arrow_is_no_quote),
		cmocka_unit_test(prose_behind_a_cut_line_is_not_swallowed),
		cmocka_unit_test(verbose_fields_are_read),
		cmocka_unit_test(wrong_checksums_are_no_fault),
		cmocka_unit_test(relative_numbers_become_absolute),
		cmocka_unit_test(absolute_numbers_stay),
		cmocka_unit_test(
			a_refusal_has_absolute_numbers_the_first_time_only),
		cmocka_unit_test(numbers_of_an_unseen_beginning_stay_relative),
		cmocka_unit_test(
			a_conversation_joined_midway_has_its_first_numbers_in_full),
		cmocka_unit_test(tcpdump_3_is_read),
		cmocka_unit_test(quiet_lines_are_read),
		cmocka_unit_test(dumps_below_packets_are_skipped),
		cmocka_unit_test(redacted_names_keep_conversations_apart),
		cmocka_unit_test(every_icmp_error_is_told_by_its_words),
		cmocka_unit_test(every_icmpv6_error_is_told_by_its_words),
		cmocka_unit_test(the_packet_an_error_quotes_is_read),
		cmocka_unit_test(
			a_quoted_packet_that_is_cut_still_has_its_ports),
		cmocka_unit_test(pings_have_their_id_and_number),
		cmocka_unit_test(neighbours_are_read),
		cmocka_unit_test(words_about_the_payload_are_kept),
		cmocka_unit_test(the_direction_of_any_is_read),
		cmocka_unit_test(time_goes_on_past_midnight),
		cmocka_unit_test(dates_and_seconds_mean_the_same),
		cmocka_unit_test(spans_are_added_up),
		cmocka_unit_test(no_span_is_too_long),
		cmocka_unit_test(without_times_the_order_is_kept),
		cmocka_unit_test(packet_numbers_are_kept),
		cmocka_unit_test(
			what_cannot_be_read_is_a_problem_with_its_place),
		cmocka_unit_test(what_is_no_packet_is_chatter),
		cmocka_unit_test(other_protocols_are_packets),
		cmocka_unit_test(extension_headers_are_passed),
		cmocka_unit_test(every_tcp_option_is_passed),
		cmocka_unit_test(the_size_of_the_chunks_does_not_matter),
		cmocka_unit_test(a_packet_is_handed_out_when_the_next_begins),
		cmocka_unit_test(a_line_without_end_does_not_fill_the_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

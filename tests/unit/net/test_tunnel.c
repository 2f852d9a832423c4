#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire.h"

/* A datagram to the port, with what fill writes behind its header. */
static void in_udp(struct packet *p, uint16_t port,
		   void (*fill)(struct wire *, unsigned), unsigned how)
{
	struct wire w = { .len = 0 };

	(void)put_ip4(&w, PACKET_UDP);
	put_udp(&w, port, 0);
	fill(&w, how);
	patch16(&w, 24, w.len - 20);
	end4(&w, 0);
	decode(p, &w, LINK_RAW);
}

static void assert_datagram(const struct packet *p, uint16_t port)
{
	assert_int_equal(p->protocol, PACKET_UDP);
	assert_int_equal(p->version, 4);
	assert_int_equal(p->dport, port);
	assert_int_equal(p->depth, 1);
	assert_true(p->marks & PACKET_PORTS);
	assert_true(p->payload_len > 0);
}

enum {
	AS_IT_IS,
	OTHER_FLAGS, /* of the tunnel's own header */
	RESERVED_SET,
	NOT_IP,
	SHORT_HEADER, /* less than five words */
	TOO_LONG,     /* the inner packet claims more than there is */
	CUT,          /* before the inner header is complete */
	ARP,
	LOOK_ALIKES = ARP
};

static void put_inner(struct wire *w, unsigned how)
{
	size_t at = w->len;

	put_syn(w);
	if (how == NOT_IP)
		w->data[at] = 0x15;
	else if (how == SHORT_HEADER)
		w->data[at] = 0x44;
	else if (how == TOO_LONG)
		patch16(w, at + 2, 1400);
	else if (how == CUT)
		w->len = at + 19;
}

static void put_vxlan(struct wire *w, unsigned how)
{
	put(w, how == OTHER_FLAGS ? 0x0c000000 : 0x08000000, 4);
	put(w, how == RESERVED_SET ? 0x00002a01 : 0x00002a00, 4);
	put_ethernet(w, how == ARP ? 0x0806 : 0x0800);
	if (how != ARP) {
		put_inner(w, how);
		return;
	}
	put(w, 0x00010800, 4);
	put(w, 0x06040001, 4);
	put(w, UINT64_C(0x020000000001), 6);
	put(w, A4, 4);
	put(w, 0, 6);
	put(w, B4, 4);
}

static void vxlan_is_looked_into(void **state)
{
	struct packet p;

	(void)state;
	in_udp(&p, 4789, put_vxlan, AS_IT_IS);
	assert_syn(&p, 2);
	in_udp(&p, 8472, put_vxlan, AS_IT_IS);
	assert_syn(&p, 2);
	in_udp(&p, 4789, put_vxlan, ARP);
	assert_int_equal(p.protocol, PACKET_ARP);
	assert_int_equal(p.arp.op, 1);
	in_udp(&p, 4790, put_vxlan, AS_IT_IS);
	assert_datagram(&p, 4790);
}

/* All of the optional header's fields, and one extension header. */
enum { OPTIONAL = 100, EXTENDED, EMPTY_EXTENSION, ECHO };

static void put_gtp(struct wire *w, unsigned how)
{
	bool has_more = how >= OPTIONAL && how < ECHO;

	put(w, how == OTHER_FLAGS ? 0x48 : has_more ? 0x37 : 0x30, 1);
	put(w, how == ECHO || how == RESERVED_SET ? 1 : 255, 1);
	put(w, 40, 2);
	put(w, 0x00000007, 4);
	if (has_more)
		put(w, how == OPTIONAL ? 0 : 0x85, 4);
	if (how == EXTENDED)
		put(w, 0x01112200, 4);
	if (how == EMPTY_EXTENSION)
		put(w, 0x00112200, 4);
	put_inner(w, how);
}

static void gtp_is_looked_into(void **state)
{
	struct packet p;

	(void)state;
	in_udp(&p, 2152, put_gtp, AS_IT_IS);
	assert_syn(&p, 2);
	in_udp(&p, 2152, put_gtp, OPTIONAL);
	assert_syn(&p, 2);
	in_udp(&p, 2152, put_gtp, EXTENDED);
	assert_syn(&p, 2);
	in_udp(&p, 2152, put_gtp, EMPTY_EXTENSION);
	assert_datagram(&p, 2152);
	in_udp(&p, 2152, put_gtp, ECHO);
	assert_datagram(&p, 2152);
}

enum { ORIGIN = 200 };

static void put_teredo(struct wire *w, unsigned how)
{
	size_t at;

	if (how == ORIGIN)
		put(w, UINT64_C(0x0000abcdf5fefff8), 8);
	if (how == OTHER_FLAGS || how == RESERVED_SET) {
		put_syn(w); /* IPv4 is never in there */
		return;
	}
	at = put_ip6(w, PACKET_TCP);
	(void)put_tcp(w, TCP_ACK, 0);
	end6(w, at);
	if (how == NOT_IP || how == SHORT_HEADER)
		w->data[at] = 0x50;
	else if (how == TOO_LONG)
		patch16(w, at + 4, 1400);
	else if (how == CUT)
		w->len = at + 39;
}

static void teredo_is_looked_into(void **state)
{
	struct packet p;

	(void)state;
	in_udp(&p, 3544, put_teredo, AS_IT_IS);
	assert_int_equal(p.version, 6);
	assert_int_equal(p.dport, 5555);
	assert_int_equal(p.depth, 2);
	in_udp(&p, 3544, put_teredo, ORIGIN);
	assert_int_equal(p.version, 6);
	assert_int_equal(p.dport, 5555);
}

/* A port alone proves nothing: all these are what they look like. */
static void look_alikes_stay_datagrams(void **state)
{
	struct packet p;

	(void)state;
	for (unsigned how = OTHER_FLAGS; how < LOOK_ALIKES; how++) {
		in_udp(&p, 4789, put_vxlan, how);
		assert_datagram(&p, 4789);
		in_udp(&p, 2152, put_gtp, how);
		assert_datagram(&p, 2152);
		in_udp(&p, 3544, put_teredo, how);
		assert_datagram(&p, 3544);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vxlan_is_looked_into),
		cmocka_unit_test(gtp_is_looked_into),
		cmocka_unit_test(teredo_is_looked_into),
		cmocka_unit_test(look_alikes_stay_datagrams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

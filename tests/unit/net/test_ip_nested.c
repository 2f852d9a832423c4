#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire.h"

enum { IPIP = 4, IPV6 = 41, GRE = 47 };

static void gre_is_passed_through_with_each_of_its_fields(void **state)
{
	for (unsigned fields = 0; fields < 8; fields++) {
		struct wire w = { .len = 0 };
		struct packet p;

		(void)state;
		(void)put_ip4(&w, GRE);
		put(&w,
		    (fields & 4 ? 0x8000 : 0) | (fields & 2 ? 0x2000 : 0) |
			    (fields & 1 ? 0x1000 : 0),
		    2);
		put(&w, 0x0800, 2);
		for (unsigned i = 0; i < 3; i++)
			if (fields >> i & 1)
				put(&w, 0x45454545, 4);
		put_syn(&w);
		end4(&w, 0);
		decode(&p, &w, LINK_RAW);
		assert_syn(&p, 2);
	}
}

static void gre_of_another_version_is_not_looked_into(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	(void)put_ip4(&w, GRE);
	put(&w, 0x0001, 2);
	put(&w, 0x0800, 2);
	put_syn(&w);
	end4(&w, 0);
	decode(&p, &w, LINK_RAW);
	assert_int_equal(p.protocol, GRE);
	assert_int_equal(p.marks & PACKET_PORTS, 0);
}

static void a_bridge_over_gre_is_passed_through(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	(void)put_ip4(&w, GRE);
	put(&w, 0x00006558, 4);
	put_ethernet(&w, 0x8100);
	put(&w, 0x00050800, 4);
	put_syn(&w);
	end4(&w, 0);
	decode(&p, &w, LINK_RAW);
	assert_syn(&p, 3);
}

static void ip_in_ip_is_passed_through(void **state)
{
	struct wire four = { .len = 0 }, six = { .len = 0 };
	struct packet p;

	(void)state;
	(void)put_ip4(&four, IPIP);
	put_syn(&four);
	end4(&four, 0);
	decode(&p, &four, LINK_RAW);
	assert_syn(&p, 2);

	(void)put_ip6(&six, IPIP);
	put_syn(&six);
	end6(&six, 0);
	decode(&p, &six, LINK_RAW);
	assert_syn(&p, 2);
	assert_int_equal(p.marks & PACKET_FLOW_LABEL, 0);
}

static void the_inner_header_counts(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;
	size_t inner;

	(void)state;
	(void)put_ip4(&w, IPV6);
	inner = put_ip6(&w, PACKET_TCP);
	(void)put_tcp(&w, TCP_ACK, 0);
	end6(&w, inner);
	end4(&w, 0);
	decode(&p, &w, LINK_RAW);
	assert_int_equal(p.version, 6);
	assert_int_equal(p.ttl, 63);
	assert_int_equal(p.marks & PACKET_DF, 0);
	assert_int_equal(p.ip_id, 0);
	assert_true(p.marks & PACKET_FLOW_LABEL);
	assert_int_equal(p.dst.bytes[15], 2);
}

static void tunnels_without_end_are_given_up(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	for (int i = 0; i < 40; i++)
		(void)put_ip4(&w, IPIP);
	put_syn(&w);
	for (size_t at = 0; at < (size_t)40 * 20; at += 20)
		end4(&w, at);
	decode(&p, &w, LINK_RAW);
	assert_int_equal(p.protocol, IPIP);
	assert_int_equal(p.marks & PACKET_PORTS, 0);
	assert_true(p.depth >= 16 && p.depth < 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gre_is_passed_through_with_each_of_its_fields),
		cmocka_unit_test(gre_of_another_version_is_not_looked_into),
		cmocka_unit_test(a_bridge_over_gre_is_passed_through),
		cmocka_unit_test(ip_in_ip_is_passed_through),
		cmocka_unit_test(the_inner_header_counts),
		cmocka_unit_test(tunnels_without_end_are_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

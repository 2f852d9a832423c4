#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_gact.h>
#include <netinet/in.h>
#include <string.h>

#include "host/first_packet.h"
#include "host/tc_filter.h"

enum { PORT = 5555, ROOM = 4096 };

/* A filter as the kernel dumps it, built and read again. */
struct made {
	struct arena *arena;
	struct tc_filter filter;
	_Alignas(8) char bytes[ROOM];
	struct nlmsghdr *m;
	struct nlattr *options;
};

static void begin(struct made *x, const char *kind, uint16_t protocol)
{
	memset(x, 0, sizeof(*x));
	x->arena = arena_new();
	assert_non_null(x->arena);
	strcpy(x->filter.kind, kind);
	x->filter.protocol = protocol;
	x->filter.handle = 0x80000800;
	x->m = mnl_nlmsg_put_header(x->bytes);
	x->options = mnl_attr_nest_start(x->m, TCA_OPTIONS);
}

static void put_gact(struct made *x, uint16_t attribute, int verdict)
{
	struct nlattr *list = mnl_attr_nest_start(x->m, attribute);
	struct nlattr *one = mnl_attr_nest_start(x->m, 1);
	struct tc_gact g = { .action = verdict };
	struct nlattr *options;

	mnl_attr_put_strz(x->m, TCA_ACT_KIND, "gact");
	options = mnl_attr_nest_start(x->m, TCA_ACT_OPTIONS);
	mnl_attr_put(x->m, TCA_GACT_PARMS, sizeof(g), &g);
	mnl_attr_nest_end(x->m, options);
	mnl_attr_nest_end(x->m, one);
	mnl_attr_nest_end(x->m, list);
}

static enum tc_action judge(struct made *x, uint16_t port)
{
	const struct first_packet_question q = {
		.source = address_v4(0x0a010007),
		.destination = address_v4(0xac100102),
		.has_source = true,
		.has_destination = true,
		.destination_port = port,
		.protocol = IPPROTO_TCP,
		.is_v4 = true,
	};
	struct first_packet p;
	enum tc_action action;

	mnl_attr_nest_end(x->m, x->options);
	tc_filter_read(x->arena, &x->filter, x->options);
	first_packet_make(&p, &q);
	action = tc_filter_judge(&x->filter, &p);
	arena_free(x->arena);
	return action;
}

static void begin_flower(struct made *x)
{
	begin(x, "flower", ETH_P_IP);
	mnl_attr_put_u16(x->m, TCA_FLOWER_KEY_ETH_TYPE, htons(ETH_P_IP));
	mnl_attr_put_u8(x->m, TCA_FLOWER_KEY_IP_PROTO, IPPROTO_TCP);
	mnl_attr_put_u16(x->m, TCA_FLOWER_KEY_TCP_DST, htons(PORT));
	mnl_attr_put_u16(x->m, TCA_FLOWER_KEY_TCP_DST_MASK, 0xffff);
	mnl_attr_put_u32(x->m, TCA_FLOWER_FLAGS, 8);
	put_gact(x, TCA_FLOWER_ACT, TC_ACT_SHOT);
}

static void flower_drops_what_it_names(void **state)
{
	struct made x;

	(void)state;
	begin_flower(&x);
	assert_int_equal(judge(&x, PORT), TC_DROP);
	begin_flower(&x);
	assert_int_equal(judge(&x, PORT + 1), TC_NEXT);
	begin_flower(&x);
	assert_int_equal(judge(&x, 0), TC_MAY);
}

static void fields_that_are_not_known_make_it_unsure(void **state)
{
	struct made x;

	(void)state;
	begin_flower(&x);
	mnl_attr_put_u8(x.m, TCA_FLOWER_KEY_IP_TTL, 64);
	assert_int_equal(judge(&x, PORT), TC_MAY);
	begin_flower(&x);
	mnl_attr_put_u8(x.m, TCA_FLOWER_KEY_IP_TTL, 64);
	assert_int_equal(judge(&x, PORT + 1), TC_NEXT);
}

static void a_filter_of_another_protocol_is_passed_over(void **state)
{
	struct made x;

	(void)state;
	begin(&x, "matchall", ETH_P_IPV6);
	put_gact(&x, TCA_MATCHALL_ACT, TC_ACT_SHOT);
	assert_int_equal(judge(&x, PORT), TC_NEXT);
	begin(&x, "matchall", ETH_P_ALL);
	put_gact(&x, TCA_MATCHALL_ACT, TC_ACT_SHOT);
	assert_int_equal(judge(&x, PORT), TC_DROP);
}

static void put_selector(struct made *x, uint32_t port)
{
	struct {
		struct tc_u32_sel head;
		struct tc_u32_key key;
	} s = { .head = { .flags = TC_U32_TERMINAL, .nkeys = 1 },
		.key = { .mask = htonl(0x0000ffff),
			 .val = htonl(port),
			 .off = 20 } };

	mnl_attr_put(x->m, TCA_U32_SEL, sizeof(s), &s);
}

static void u32_counts_from_the_ip_header(void **state)
{
	struct made x;

	(void)state;
	begin(&x, "u32", ETH_P_IP);
	put_selector(&x, PORT);
	put_gact(&x, TCA_U32_ACT, TC_ACT_SHOT);
	assert_int_equal(judge(&x, PORT), TC_DROP);
	begin(&x, "u32", ETH_P_IP);
	put_selector(&x, PORT);
	put_gact(&x, TCA_U32_ACT, TC_ACT_SHOT);
	assert_int_equal(judge(&x, PORT + 1), TC_NEXT);
}

static void what_only_sorts_into_classes_passes(void **state)
{
	struct made x;

	(void)state;
	begin(&x, "u32", ETH_P_IP);
	put_selector(&x, PORT);
	mnl_attr_put_u32(x.m, TCA_U32_CLASSID, 0x10001);
	assert_int_equal(judge(&x, PORT), TC_PASS);
}

static void actions_decide_one_after_the_other(void **state)
{
	struct made x;

	(void)state;
	begin(&x, "matchall", ETH_P_ALL);
	put_gact(&x, TCA_MATCHALL_ACT, TC_ACT_PIPE);
	assert_int_equal(judge(&x, PORT), TC_PASS);
	begin(&x, "matchall", ETH_P_ALL);
	put_gact(&x, TCA_MATCHALL_ACT, TC_ACT_UNSPEC);
	assert_int_equal(judge(&x, PORT), TC_NEXT);
	begin(&x, "matchall", ETH_P_ALL);
	put_gact(&x, TCA_MATCHALL_ACT, TC_ACT_OK);
	assert_int_equal(judge(&x, PORT), TC_PASS);
}

static void a_limit_may_drop(void **state)
{
	struct made x;
	struct nlattr *list, *one, *options;

	(void)state;
	begin(&x, "matchall", ETH_P_ALL);
	list = mnl_attr_nest_start(x.m, TCA_MATCHALL_ACT);
	one = mnl_attr_nest_start(x.m, 1);
	mnl_attr_put_strz(x.m, TCA_ACT_KIND, "police");
	options = mnl_attr_nest_start(x.m, TCA_ACT_OPTIONS);
	mnl_attr_nest_end(x.m, options);
	mnl_attr_nest_end(x.m, one);
	mnl_attr_nest_end(x.m, list);
	assert_int_equal(judge(&x, PORT), TC_MAY);
}

static void other_chains_are_not_asked(void **state)
{
	struct made x;

	(void)state;
	begin(&x, "matchall", ETH_P_ALL);
	put_gact(&x, TCA_MATCHALL_ACT, TC_ACT_SHOT);
	x.filter.chain = 7;
	assert_int_equal(judge(&x, PORT), TC_NEXT);
}

static void the_first_filter_that_decides_does(void **state)
{
	struct tc_filter second = { .device = 2,
				    .priority = 20,
				    .protocol = ETH_P_ALL,
				    .kind = "matchall",
				    .parent = 1,
				    .action = TC_DROP };
	struct tc_filter first = { .next = &second,
				   .device = 2,
				   .priority = 10,
				   .protocol = ETH_P_ALL,
				   .kind = "matchall",
				   .parent = 1,
				   .action = TC_PASS };
	const struct tc t = { .filters = &first };
	const struct first_packet p = { .len = FIRST_PACKET_BYTES };
	const struct tc_filter *by;

	(void)state;
	assert_int_equal(tc_judge(&t, 2, TC_INGRESS, &p, &by), TC_PASS);
	first.action = TC_NEXT;
	assert_int_equal(tc_judge(&t, 2, TC_INGRESS, &p, &by), TC_DROP);
	assert_ptr_equal(by, &second);
	assert_int_equal(tc_judge(&t, 3, TC_INGRESS, &p, &by), TC_PASS);
	assert_int_equal(tc_judge(&t, 2, TC_EGRESS, &p, &by), TC_PASS);
	/* Whether the first lets it pass is not known. */
	first.action = TC_PASS;
	first.is_unsure = true;
	assert_int_equal(tc_judge(&t, 2, TC_INGRESS, &p, &by), TC_MAY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flower_drops_what_it_names),
		cmocka_unit_test(fields_that_are_not_known_make_it_unsure),
		cmocka_unit_test(a_filter_of_another_protocol_is_passed_over),
		cmocka_unit_test(u32_counts_from_the_ip_header),
		cmocka_unit_test(what_only_sorts_into_classes_passes),
		cmocka_unit_test(actions_decide_one_after_the_other),
		cmocka_unit_test(a_limit_may_drop),
		cmocka_unit_test(other_chains_are_not_asked),
		cmocka_unit_test(the_first_filter_that_decides_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

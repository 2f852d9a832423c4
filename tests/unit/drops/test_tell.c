/* What the kernel's reports of a flow's packets are taken for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "drops/tell.h"

enum { S = 0x02, SA = 0x12, A = 0x10, CLIENT_PORT = 42001, PORT = 8080 };

enum { EVENTS = 8 };

struct world {
	struct arena *arena;
	struct facts facts;
	struct drop_event events[EVENTS];
	struct drops_list list;
	struct drops_flow flow;
};

static struct address client_address(void)
{
	return address_v4(0x0a210009);
}

static struct address server_address(void)
{
	return address_v4(0x0a210001);
}

/* A server whose capture shows a SYN, watched from the start. */
static int with_world(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		return -1;
	w->arena = arena_new();
	w->facts.arena = w->arena;
	w->facts.vantage = VANTAGE_SERVER;
	w->list.events = w->events;
	w->list.is_attached = true;
	w->flow = (struct drops_flow){
		.protocol = IPPROTO_TCP,
		.client = client_address(),
		.server = server_address(),
		.client_port = CLIENT_PORT,
		.port = PORT,
		.is_whole = true,
	};
	fact_add(&w->facts.set, FACT_AT_SERVER);
	fact_add(&w->facts.set, FACT_SYN_SEEN);
	*state = w;
	return 0;
}

static int without_world(void **state)
{
	struct world *w = *state;

	arena_free(w->arena);
	free(w);
	return 0;
}

/* A packet of the client's that was dropped. */
static struct drop_event *asked(struct world *w, const char *reason,
				const char *place)
{
	struct drop_event *e = &w->events[w->list.count++];

	*e = (struct drop_event){
		.what = DROP_PACKET,
		.protocol = w->flow.protocol,
		.from = client_address(),
		.to = server_address(),
		.from_port = CLIENT_PORT,
		.to_port = PORT,
		.flags = S,
		.reason = reason,
		.place = place,
		.count = 1,
	};
	return e;
}

static struct drop_event *answer(struct world *w, const char *reason,
				 const char *place)
{
	struct drop_event *e = asked(w, reason, place);

	e->from = server_address();
	e->to = client_address();
	e->from_port = PORT;
	e->to_port = CLIENT_PORT;
	e->flags = SA;
	return e;
}

static size_t tell(struct world *w)
{
	return drops_tell(&w->list, &w->flow, &w->facts);
}

static bool has(const struct world *w, enum fact_kind kind)
{
	return fact_has(&w->facts.set, kind);
}

/* Of what reports of drops say, that fact and no other. */
static void assert_only(const struct world *w, enum fact_kind kind)
{
	for (int k = FACT_DROP_RULES; k <= FACT_DROP_NONE; k++)
		if (has(w, (enum fact_kind)k) != ((enum fact_kind)k == kind))
			fail_msg("%s where %s was meant",
				 fact_id((enum fact_kind)k), fact_id(kind));
}

static void each_reason_says_its_own(void **state)
{
	static const struct {
		const char *reason, *place;
		bool is_answer;
		enum fact_kind kind;
	} rows[] = {
		{ "NETFILTER_DROP", "nft_do_chain", false, FACT_DROP_RULES },
		{ "NETFILTER_DROP", "nf_hook_slow", false, FACT_DROP_RULES },
		{ "NETFILTER_DROP", "nft_do_chain", true,
		  FACT_DROP_RULES_REPLY },
		{ "NOT_SPECIFIED", "nf_queue", false, FACT_DROP_QUEUE },
		{ "NOT_SPECIFIED", "do_xdp_generic", false, FACT_DROP_XDP },
		{ "NOT_SPECIFIED", "veth_xdp_rcv_skb", false, FACT_DROP_XDP },
		{ "TC_INGRESS", "__netif_receive_skb_core", false,
		  FACT_DROP_TC_INGRESS },
		{ "TC_EGRESS", "__dev_queue_xmit", true, FACT_DROP_TC_EGRESS },
		{ "QDISC_DROP", "__dev_queue_xmit", true, FACT_DROP_QDISC },
		{ "OTHERHOST", "ip_rcv_core", false, FACT_DROP_OTHER_HOST },
		{ "IP_RPFILTER", "ip_rcv_finish_core", false,
		  FACT_DROP_RP_FILTER },
		{ "IP_LOCAL_SOURCE", "ip_rcv_finish_core", false,
		  FACT_DROP_OWN_SOURCE },
		{ "IP_LOCALNET", "ip_rcv_finish_core", false,
		  FACT_DROP_LOOPBACK },
		{ "IP_INADDRERRORS", "ip_error", false, FACT_DROP_NOT_OURS },
		{ "IP_INNOROUTES", "ip_error", false, FACT_DROP_NO_ROUTE },
		{ "NOT_SPECIFIED", "ip_error", false, FACT_DROP_NO_ROUTE },
		{ "IP_INHDR", "ip_forward", false, FACT_DROP_TTL },
		{ "NEIGH_FAILED", "neigh_invalidate", true,
		  FACT_DROP_NEIGHBOUR },
		{ "TCP_CSUM", "tcp_v4_rcv", false, FACT_DROP_CHECKSUM },
		{ "XFRM_POLICY", "tcp_v4_rcv", false, FACT_DROP_XFRM },
		{ "SOCKET_FILTER", "tcp_v4_rcv", false,
		  FACT_DROP_SOCKET_FILTER },
		{ "TCP_FILTER", "tcp_v4_rcv", false, FACT_DROP_SOCKET_FILTER },
		{ "BPF_CGROUP_EGRESS", "ip_finish_output", true,
		  FACT_DROP_CGROUP_EGRESS },
		{ "TCP_MD5NOTFOUND", "tcp_v4_rcv", false, FACT_DROP_MD5 },
		{ "TCP_MINTTL", "tcp_v4_rcv", false, FACT_DROP_MIN_TTL },
		{ "TCP_RFC7323_TW_PAWS", "tcp_v4_rcv", false, FACT_DROP_PAWS },
		{ "TCP_INVALID_SYN", "tcp_validate_incoming", false,
		  FACT_DROP_STALE },
		{ "SOCKET_BACKLOG", "tcp_v4_rcv", false, FACT_DROP_BACKLOG },
		{ "SECURITY_HOOK", "tcp_v4_rcv", false, FACT_DROP_SECURITY },
		{ "NO_SOCKET", "tcp_v4_rcv", false, FACT_DROP_NO_SOCKET },
		{ "NEVER_HEARD_OF", "tcp_v4_rcv", false, FACT_DROP_OTHERWISE },
		{ "NOT_SPECIFIED", "somewhere", false, FACT_DROP_OTHERWISE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct world *w;

		without_world(state);
		assert_int_equal(with_world(state), 0);
		w = *state;
		if (rows[i].is_answer)
			answer(w, rows[i].reason, rows[i].place);
		else
			asked(w, rows[i].reason, rows[i].place);
		assert_int_equal(tell(w), 1);
		assert_only(w, rows[i].kind);
	}
}

/* Before 5.17 there are none: what drops it says so only by where it is. */
static void a_kernel_without_reasons_is_read_by_place(void **state)
{
	struct world *w = *state;

	asked(w, "", "nf_hook_slow");
	tell(w);
	assert_only(w, FACT_DROP_RULES);
}

static void a_place_of_many_reasons_says_nothing(void **state)
{
	struct world *w = *state;

	/* No socket, a filter, a signature: without a reason, any of them. */
	asked(w, "", "tcp_v4_rcv");
	tell(w);
	assert_only(w, FACT_DROP_OTHERWISE);
}

static void the_text_has_the_kernels_own_words(void **state)
{
	struct world *w = *state;
	struct drop_event *e = asked(w, "NETFILTER_DROP", "nft_do_chain");
	const char *text;

	e->hook = DROP_HOOK_PREROUTING;
	e->device = 7;
	e->count = 2;
	asked(w, "NETFILTER_DROP", "nft_do_chain")->count = 3;
	tell(w);
	text = facts_get(&w->facts, FACT_DROP_RULES)->text;
	assert_non_null(strstr(text, "NETFILTER_DROP"));
	assert_non_null(strstr(text, "nft_do_chain"));
	assert_non_null(strstr(text, "PREROUTING"));
	assert_non_null(strstr(text, "7"));
	assert_non_null(strstr(text, "packets: 5"));
	assert_string_equal(facts_get(&w->facts, FACT_DROP_RULES)->source,
			    "drops");
}

static void whose_packet_it_is_counts(void **state)
{
	struct world *w = *state;

	asked(w, "NETFILTER_DROP", "nft_do_chain")->from_port++;
	asked(w, "NETFILTER_DROP", "nft_do_chain")->from = address_v4(9);
	asked(w, "NETFILTER_DROP", "nft_do_chain")->protocol = IPPROTO_UDP;
	assert_int_equal(tell(w), 0);
	assert_only(w, FACT_DROP_NONE);
}

static void what_left_that_port_for_elsewhere_may_be_ours(void **state)
{
	struct world *w = *state;

	asked(w, "NETFILTER_DROP", "nft_do_chain")->to_port++;
	assert_int_equal(tell(w), 0);
	assert_false(has(w, FACT_DROP_NONE));
	assert_false(has(w, FACT_DROPS_WATCHED));
	w->flow.since_ns = 1;
	tell(w);
	assert_only(w, FACT_DROP_NONE);
}

static void an_older_packet_is_of_an_older_attempt(void **state)
{
	struct world *w = *state;

	w->flow.since_ns = 1000;
	asked(w, "NETFILTER_DROP", "nft_do_chain")->at_ns = 999;
	assert_int_equal(tell(w), 0);
	asked(w, "NETFILTER_DROP", "nft_do_chain")->at_ns = 1000;
	assert_int_equal(tell(w), 1);
}

static void any_port_of_the_client_is_its_own_where_none_is_known(void **state)
{
	struct world *w = *state;

	w->flow.client_port = 0;
	asked(w, "IP_RPFILTER", "ip_rcv_finish_core")->from_port = 5;
	assert_int_equal(tell(w), 1);
	assert_only(w, FACT_DROP_RP_FILTER);
}

static void a_packet_that_was_sent_on_is_known_again(void **state)
{
	struct world *w = *state;
	struct drop_event *e = asked(w, "NETFILTER_DROP", "nft_do_chain");

	e->to = address_v4(0xac110002);
	e->to_port = 80;
	assert_int_equal(tell(w), 0);
	w->flow.has_inner = true;
	w->flow.inner = address_v4(0xac110002);
	w->flow.inner_port = 80;
	assert_int_equal(tell(w), 1);
	assert_true(has(w, FACT_DROP_RULES));
}

static void nothing_dropped_is_told_only_where_nothing_was_missed(void **state)
{
	struct world *w = *state;

	w->list.is_attached = false;
	tell(w);
	assert_false(has(w, FACT_DROPS_WATCHED));
	w->list.is_attached = true;
	w->list.lost = 1;
	tell(w);
	assert_false(has(w, FACT_DROPS_WATCHED));
	w->list.lost = 0;
	w->list.missing[0] = "kfree_skb";
	tell(w);
	assert_false(has(w, FACT_DROPS_WATCHED));
	w->list.missing[0] = "icmp_send";
	w->flow.is_whole = false;
	tell(w);
	assert_false(has(w, FACT_DROPS_WATCHED));
	w->flow.is_whole = true;
	tell(w);
	assert_true(has(w, FACT_DROPS_WATCHED));
	assert_only(w, FACT_DROP_NONE);
}

/* It may have been lost anywhere before. */
static void of_packets_that_never_came_nothing_is_said(void **state)
{
	struct world *w = *state;

	fact_remove(&w->facts.set, FACT_SYN_SEEN);
	tell(w);
	assert_true(has(w, FACT_DROPS_WATCHED));
	assert_false(has(w, FACT_DROP_NONE));
	assert_false(has(w, FACT_PACKET_REPORTED));
}

/* A flood's events are told as one, and one of them may be of this flow. */
static void a_drop_of_anybody_may_be_ours(void **state)
{
	struct world *w = *state;
	struct drop_event *e = asked(w, "NETFILTER_DROP", "nft_do_chain");

	e->from = e->to = (struct address){ { 0 } };
	e->from_port = e->to_port = 0;
	assert_int_equal(tell(w), 0);
	assert_false(has(w, FACT_DROPS_WATCHED));
	assert_false(has(w, FACT_DROP_NONE));
}

static void what_happens_in_healthy_connections_is_no_drop(void **state)
{
	struct world *w = *state;

	asked(w, "NOT_SPECIFIED", "tcp_v4_rcv")->flags = A;
	asked(w, "QUEUE_PURGE", "sk_stream_kill_queues")->flags = A;
	asked(w, "TCP_OLD_DATA", "tcp_data_queue")->flags = A;
	/* A segment that is late, when the connection is over. */
	asked(w, "NO_SOCKET", "tcp_v4_rcv")->flags = A;
	assert_int_equal(tell(w), 4);
	assert_only(w, FACT_DROP_NONE);
	assert_false(has(w, FACT_PACKET_REPORTED));
}

/* The kernel gives no reason for a SYN that comes again while its answer waits. */
static void a_syn_that_is_repeated_is_a_drop_unless_it_was_taken(void **state)
{
	struct world *w = *state;

	asked(w, "NOT_SPECIFIED", "tcp_v4_rcv");
	tell(w);
	assert_only(w, FACT_DROP_OTHERWISE);

	without_world(state);
	with_world(state);
	w = *state;
	asked(w, "NOT_SPECIFIED", "tcp_v4_rcv");
	answer(w, "", "")->what = DROP_SYNACK_AGAIN;
	tell(w);
	assert_true(has(w, FACT_SYNACK_SENT_AGAIN));
	assert_true(has(w, FACT_SYN_TAKEN));
	assert_only(w, FACT_DROP_NONE);
}

static void an_answer_that_was_dropped_had_been_made(void **state)
{
	struct world *w = *state;

	/* Whose address it is, must be known. */
	answer(w, "NETFILTER_DROP", "nft_do_chain")->hook = DROP_HOOK_OUTPUT;
	tell(w);
	assert_false(has(w, FACT_SYN_TAKEN));
	fact_add(&w->facts.set, FACT_ADDRESS_OWN);
	tell(w);
	assert_true(has(w, FACT_SYN_TAKEN));

	/* Another host's, which is only passed on here. */
	without_world(state);
	with_world(state);
	w = *state;
	fact_add(&w->facts.set, FACT_ADDRESS_OWN);
	answer(w, "NETFILTER_DROP", "nft_do_chain")->hook = DROP_HOOK_FORWARD;
	tell(w);
	assert_false(has(w, FACT_SYN_TAKEN));
	assert_only(w, FACT_DROP_RULES_REPLY);
}

static void
a_copy_for_another_station_is_no_fault_of_a_frame_for_us(void **state)
{
	struct world *w = *state;

	fact_add(&w->facts.set, FACT_FRAME_OURS);
	asked(w, "OTHERHOST", "ip_rcv_core");
	tell(w);
	assert_only(w, FACT_DROP_NONE);
}

static void who_sent_the_rst_is_told(void **state)
{
	struct world *w = *state;

	fact_add(&w->facts.set, FACT_RST_FOR_SYN);
	fact_add(&w->facts.set, FACT_RST_LEFT_SERVER);
	asked(w, "NO_SOCKET", "")->what = DROP_RESET;
	asked(w, "NO_SOCKET", "tcp_v4_rcv");
	tell(w);
	assert_true(has(w, FACT_KERNEL_RST));
	assert_false(has(w, FACT_RULE_RST));
	assert_only(w, FACT_DROP_NO_SOCKET);
}

static void a_rst_that_the_kernel_did_not_send_is_a_rules(void **state)
{
	struct world *w = *state;

	fact_add(&w->facts.set, FACT_RST_FOR_SYN);
	asked(w, "NETFILTER_DROP", "nft_do_chain");
	tell(w);
	/* None was seen: the rule may just drop it. */
	assert_false(has(w, FACT_RULE_RST));
	fact_add(&w->facts.set, FACT_RST_LEFT_SERVER);
	w->list.missing[0] = "tcp_send_reset";
	tell(w);
	assert_false(has(w, FACT_RULE_RST));
	w->list.missing[0] = NULL;
	w->list.lost = 1;
	tell(w);
	assert_false(has(w, FACT_RULE_RST));
	w->list.lost = 0;
	tell(w);
	assert_true(has(w, FACT_RULE_RST));
	assert_false(has(w, FACT_KERNEL_RST));
}

/* A container's own kernel may have sent it, which is not watched. */
static void a_rst_without_a_drop_is_nobodys(void **state)
{
	struct world *w = *state;

	fact_add(&w->facts.set, FACT_RST_FOR_SYN);
	fact_add(&w->facts.set, FACT_RST_LEFT_SERVER);
	tell(w);
	assert_false(has(w, FACT_RULE_RST));
}

static void a_rst_in_mid_stream_says_nothing_of_the_syn(void **state)
{
	struct world *w = *state;
	struct drop_event *e = asked(w, "NO_SOCKET", "");

	e->what = DROP_RESET;
	e->flags = A;
	tell(w);
	assert_false(has(w, FACT_KERNEL_RST));
}

static void a_connection_that_no_kernel_reset_was_cut_by_a_rule(void **state)
{
	struct world *w = *state;
	struct drop_event *e;

	fact_add(&w->facts.set, FACT_SERVER_RST);
	fact_add(&w->facts.set, FACT_HANDSHAKE_DONE);
	tell(w);
	assert_false(has(w, FACT_RULE_RST));
	asked(w, "NETFILTER_DROP", "nft_do_chain")->flags = A;
	tell(w);
	assert_false(has(w, FACT_RULE_RST));
	fact_add(&w->facts.set, FACT_ADDRESS_OWN);
	tell(w);
	assert_true(has(w, FACT_RULE_RST));
	facts_forget(&w->facts, FACT_RULE_RST);
	e = answer(w, "", "");
	e->what = DROP_RESET;
	e->flags = A;
	tell(w);
	assert_false(has(w, FACT_RULE_RST));
}

static struct drop_event *icmp(struct world *w, uint8_t code, const char *by)
{
	struct drop_event *e = asked(w, "", "");

	e->what = DROP_ICMP;
	e->icmp_type = 3;
	e->icmp_code = code;
	e->place = by;
	e->stack[0] = "ip_local_deliver";
	return e;
}

static void who_sent_the_icmp_error_is_told_by_who_called(void **state)
{
	static const struct {
		const char *by;
		enum fact_kind kind;
	} rows[] = {
		{ "nft_reject_inet_eval", FACT_ICMP_BY_RULE },
		{ "nft_reject_ipv4_eval", FACT_ICMP_BY_RULE },
		{ "nf_send_unreach", FACT_ICMP_BY_RULE },
		{ "reject_tg", FACT_ICMP_BY_RULE },
		{ "ip_error", FACT_ICMP_BY_KERNEL },
		{ "__udp4_lib_rcv", FACT_ICMP_BY_KERNEL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct world *w;

		without_world(state);
		with_world(state);
		w = *state;
		icmp(w, 13, rows[i].by);
		tell(w);
		assert_true(has(w, rows[i].kind));
		assert_int_equal(has(w, FACT_ICMP_BY_RULE) +
					 has(w, FACT_ICMP_BY_KERNEL),
				 1);
	}
}

static void a_rule_may_stand_further_up(void **state)
{
	struct world *w = *state;

	icmp(w, 3, "icmp_route_lookup")->stack[1] = "nft_reject_inet_eval";
	tell(w);
	assert_true(has(w, FACT_ICMP_BY_RULE));
	assert_false(has(w, FACT_ICMP_BY_KERNEL));
}

static void an_icmp_error_that_refuses_nothing_is_none(void **state)
{
	struct world *w = *state;

	icmp(w, 4, "ip_forward"); /* fragmentation needed */
	icmp(w, 13, "");          /* who called is not known */
	tell(w);
	assert_false(has(w, FACT_ICMP_BY_RULE));
	assert_false(has(w, FACT_ICMP_BY_KERNEL));
}

static void a_packet_that_no_capture_saw_came_all_the_same(void **state)
{
	struct world *w = *state;

	fact_remove(&w->facts.set, FACT_SYN_SEEN);
	fact_remove(&w->facts.set, FACT_AT_SERVER);
	asked(w, "NOT_SPECIFIED", "do_xdp_generic");
	tell(w);
	assert_true(has(w, FACT_PACKET_REPORTED));
	assert_only(w, FACT_DROP_XDP);
}

static void an_error_that_nobody_is_told_is_named(void **state)
{
	struct world *w = *state;
	struct drop_event *e = asked(w, "", "");

	w->flow.is_client = true;
	e->what = DROP_ERROR;
	e->soft_error = EACCES;
	tell(w);
	assert_non_null(
		strstr(facts_get(&w->facts, FACT_SOFT_ERROR)->text, "EACCES"));

	/* The application was told of this one. */
	without_world(state);
	with_world(state);
	w = *state;
	e = asked(w, "", "");
	e->what = DROP_ERROR;
	e->error = EACCES;
	e->soft_error = EACCES;
	tell(w);
	assert_false(has(w, FACT_SOFT_ERROR));
}

/* The refusal came, and the application sees nothing but a timeout. */
static void a_refusal_that_nobody_is_told_of_is_one_all_the_same(void **state)
{
	static const struct {
		int error;
		bool is_v4;
		enum fact_kind kind;
	} rows[] = {
		{ EACCES, false, FACT_ICMP_PROHIBITED },
		{ ECONNREFUSED, true, FACT_ICMP_PORT },
		/* Also a neighbour's that does not answer, or a route's. */
		{ EHOSTUNREACH, true, FACT_NONE },
		{ EACCES, true, FACT_NONE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct world *w;
		struct drop_event *e;

		without_world(state);
		with_world(state);
		w = *state;
		w->flow.is_client = true;
		fact_add(&w->facts.set, FACT_SYN_SILENCE);
		e = asked(w, "", "");
		e->what = DROP_STATE;
		e->soft_error = rows[i].error;
		if (!rows[i].is_v4)
			e->to = w->flow.server =
				(struct address){ { 0xfd, 1 } };
		tell(w);
		assert_true(has(w, FACT_SOFT_ERROR));
		assert_int_equal(has(w, FACT_ICMP_ERROR), rows[i].kind != 0);
		assert_int_equal(has(w, FACT_SYN_SILENCE), rows[i].kind == 0);
		if (rows[i].kind)
			assert_true(has(w, rows[i].kind));
	}
}

/* A server's socket learns of an error for its own answer, which is another's
 * matter. */
static void an_error_of_the_servers_socket_is_no_refusal(void **state)
{
	struct world *w = *state;
	struct drop_event *e = asked(w, "", "");

	e->what = DROP_STATE;
	e->soft_error = ECONNREFUSED;
	tell(w);
	assert_true(has(w, FACT_SOFT_ERROR));
	assert_false(has(w, FACT_ICMP_ERROR));
}

/* What the client's own kernel drops is nothing against the server. */
static void at_the_client_it_is_told_of_the_client(void **state)
{
	static const struct {
		const char *reason;
		bool is_answer;
		enum fact_kind kind;
	} rows[] = {
		{ "NETFILTER_DROP", false, FACT_OWN_DROP_RULES },
		{ "NETFILTER_DROP", true, FACT_OWN_DROP_RULES_REPLY },
		{ "BPF_CGROUP_EGRESS", false, FACT_OWN_DROP_CGROUP },
		{ "IP_RPFILTER", true, FACT_OWN_DROP_RP_FILTER },
		{ "TC_INGRESS", true, FACT_OWN_DROP_OTHERWISE },
		{ "TC_EGRESS", false, FACT_OWN_DROP_OTHERWISE },
		{ "QUEUE_PURGE", true, FACT_OWN_DROP_NONE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct world *w;

		without_world(state);
		with_world(state);
		w = *state;
		w->flow.is_client = true;
		if (rows[i].is_answer)
			answer(w, rows[i].reason, "");
		else
			asked(w, rows[i].reason, "");
		tell(w);
		for (int k = FACT_DROP_RULES; k <= FACT_DROP_NONE; k++)
			assert_false(has(w, (enum fact_kind)k));
		for (int k = FACT_OWN_DROP_RULES; k <= FACT_OWN_DROP_NONE; k++)
			assert_int_equal(has(w, (enum fact_kind)k),
					 (enum fact_kind)k == rows[i].kind);
		assert_false(has(w, FACT_PACKET_REPORTED));
	}
}

static void of_two_ends_with_one_address_nothing_is_said(void **state)
{
	struct world *w = *state;

	w->flow.client = w->flow.server;
	asked(w, "NETFILTER_DROP", "nft_do_chain")->from = server_address();
	assert_int_equal(tell(w), 0);
	assert_false(has(w, FACT_DROP_RULES));
	assert_false(has(w, FACT_DROP_NONE));
}

static void a_datagram_needs_no_syn(void **state)
{
	struct world *w = *state;
	struct drop_event *e;

	w->flow.protocol = IPPROTO_UDP;
	e = asked(w, "NO_SOCKET", "__udp4_lib_rcv");
	e->flags = 0;
	tell(w);
	assert_only(w, FACT_DROP_NO_SOCKET);
}

#define IN_WORLD(claim)                                                        \
	cmocka_unit_test_setup_teardown(claim, with_world, without_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(each_reason_says_its_own),
		IN_WORLD(a_kernel_without_reasons_is_read_by_place),
		IN_WORLD(a_place_of_many_reasons_says_nothing),
		IN_WORLD(the_text_has_the_kernels_own_words),
		IN_WORLD(whose_packet_it_is_counts),
		IN_WORLD(what_left_that_port_for_elsewhere_may_be_ours),
		IN_WORLD(an_older_packet_is_of_an_older_attempt),
		IN_WORLD(any_port_of_the_client_is_its_own_where_none_is_known),
		IN_WORLD(a_packet_that_was_sent_on_is_known_again),
		IN_WORLD(nothing_dropped_is_told_only_where_nothing_was_missed),
		IN_WORLD(of_packets_that_never_came_nothing_is_said),
		IN_WORLD(a_drop_of_anybody_may_be_ours),
		IN_WORLD(what_happens_in_healthy_connections_is_no_drop),
		IN_WORLD(a_syn_that_is_repeated_is_a_drop_unless_it_was_taken),
		IN_WORLD(an_answer_that_was_dropped_had_been_made),
		IN_WORLD(
			a_copy_for_another_station_is_no_fault_of_a_frame_for_us),
		IN_WORLD(who_sent_the_rst_is_told),
		IN_WORLD(a_rst_that_the_kernel_did_not_send_is_a_rules),
		IN_WORLD(a_rst_without_a_drop_is_nobodys),
		IN_WORLD(a_rst_in_mid_stream_says_nothing_of_the_syn),
		IN_WORLD(a_connection_that_no_kernel_reset_was_cut_by_a_rule),
		IN_WORLD(who_sent_the_icmp_error_is_told_by_who_called),
		IN_WORLD(a_rule_may_stand_further_up),
		IN_WORLD(an_icmp_error_that_refuses_nothing_is_none),
		IN_WORLD(a_packet_that_no_capture_saw_came_all_the_same),
		IN_WORLD(an_error_that_nobody_is_told_is_named),
		IN_WORLD(a_refusal_that_nobody_is_told_of_is_one_all_the_same),
		IN_WORLD(an_error_of_the_servers_socket_is_no_refusal),
		IN_WORLD(at_the_client_it_is_told_of_the_client),
		IN_WORLD(of_two_ends_with_one_address_nothing_is_said),
		IN_WORLD(a_datagram_needs_no_syn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

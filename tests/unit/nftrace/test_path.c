#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/text.h"
#include "nftrace/legacy.h"
#include "nftrace/path.h"
#include "nftrace/record.h"

/* Files as the collector writes them, in either order of bytes. */
enum {
	TRACE_MESSAGE = 10 << 8 | 17,
	RULE_MESSAGE = 10 << 8 | 6,
	LOG_MESSAGE = 4 << 8
};

enum { INET = 1, IPV4 = 2, DROP = 0, ACCEPT = 1, CONTINUE = -1, JUMP = -3 };

enum { POLICY = 1, RULE = 3 };

struct file {
	struct text t;
	bool is_big;
	int64_t now;
};

static void put(struct file *f, uint64_t value, unsigned bytes, bool is_big)
{
	for (unsigned i = 0; i < bytes; i++) {
		const unsigned at = is_big ? bytes - 1 - i : i;

		text_char(&f->t, (char)(value >> (8 * at)));
	}
}

static void native(struct file *f, uint64_t value, unsigned bytes)
{
	put(f, value, bytes, f->is_big);
}

static void record(struct file *f, enum record_kind kind,
		   const struct text *body)
{
	native(f, kind, 4);
	native(f, body ? body->len : 0, 4);
	native(f, (uint64_t)f->now, 8);
	if (body)
		text_bytes(&f->t, body->data, body->len);
}

static void begin(struct file *f, bool is_big)
{
	*f = (struct file){ .t = TEXT_NULL, .is_big = is_big, .now = 1000 };
	struct file magic = { .t = TEXT_NULL, .is_big = is_big };

	native(&magic, RECORD_MAGIC, 4);
	record(f, RECORD_BEGIN, &magic.t);
	text_done(&magic.t);
}

/* A message's attributes are built in a file of their own. */
static struct file attrs_of(const struct file *f)
{
	return (struct file){ .t = TEXT_NULL, .is_big = f->is_big };
}

static void attr(struct file *a, unsigned type, const void *data, size_t len)
{
	native(a, len + 4, 2);
	native(a, type, 2);
	text_bytes(&a->t, data, len);
	text_fill(&a->t, '\0', -len & 3);
}

static void attr_string(struct file *a, unsigned type, const char *s)
{
	attr(a, type, s, strlen(s) + 1);
}

static void attr_be(struct file *a, unsigned type, uint64_t value,
		    unsigned bytes)
{
	struct file v = { .t = TEXT_NULL };

	put(&v, value, bytes, true);
	attr(a, type, v.t.data, v.t.len);
	text_done(&v.t);
}

static void message(struct file *f, enum record_kind kind, unsigned type,
		    unsigned family, struct file *attrs)
{
	struct file m = attrs_of(f);

	native(&m, attrs->t.len + 20, 4);
	native(&m, type, 2);
	native(&m, 0, 2);
	native(&m, 0, 8);
	native(&m, family, 1);
	text_fill(&m.t, '\0', 3);
	text_bytes(&m.t, attrs->t.data, attrs->t.len);
	record(f, kind, &m.t);
	text_done(&m.t);
	text_done(&attrs->t);
}

/* 10.1.0.2:4000 > 10.1.0.1:80, a SYN. */
static const uint8_t ip[] = { 0x45, 0, 0,  40, 0, 7, 0x40, 0, 64, 6,
			      0,    0, 10, 1,  0, 2, 10,   1, 0,  1 };

static void tcp(uint8_t ret[20], uint32_t seq)
{
	const uint8_t head[20] = { 0x0f, 0xa0, 0, 80, [12] = 0x50, [13] = 2 };

	memcpy(ret, head, sizeof(head));
	for (unsigned i = 0; i < 4; i++)
		ret[4 + i] = (uint8_t)(seq >> (24 - 8 * i));
}

struct told {
	uint32_t id;
	const char *table, *chain;
	uint64_t handle;
	unsigned type;
	int verdict;
	uint32_t seq; /* 0: without the packet's headers */
};

static void trace(struct file *f, const struct told *t)
{
	struct file a = attrs_of(f), v = attrs_of(f);
	uint8_t head[20];

	attr_be(&a, 6, t->id, 4);
	attr_be(&a, 4, t->type, 4);
	attr_string(&a, 1, t->table);
	attr_string(&a, 2, t->chain);
	if (t->handle)
		attr_be(&a, 3, t->handle, 8);
	attr_be(&v, 1, (uint32_t)t->verdict, 4);
	if (t->type == POLICY)
		attr_be(&a, 16, (uint32_t)t->verdict, 4);
	else
		attr(&a, 5 | 0x8000, v.t.data, v.t.len);
	text_done(&v.t);
	if (t->seq) {
		tcp(head, t->seq);
		attr(&a, 8, ip, sizeof(ip));
		attr(&a, 9, head, sizeof(head));
	}
	/* Newer kernels say more: conntrack's. */
	attr_be(&a, 18, 8, 4);
	attr_be(&a, 21, 0, 4);
	message(f, RECORD_TRACE, TRACE_MESSAGE, INET, &a);
}

static void own(struct file *f, uint32_t id, uint32_t seq)
{
	trace(f, &(struct told){ id, "kiriwake-1-a", "prerouting", 2, RULE,
				 CONTINUE, seq });
}

static void rule(struct file *f, const char *chain, uint64_t handle)
{
	struct file a = attrs_of(f);

	attr_string(&a, 1, "t");
	attr_string(&a, 2, chain);
	attr_be(&a, 3, handle, 8);
	message(f, RECORD_RULES, RULE_MESSAGE, INET, &a);
}

static void log_of(struct file *f, const char *prefix, uint32_t seq)
{
	struct file a = attrs_of(f);
	uint8_t packet[40];

	memcpy(packet, ip, sizeof(ip));
	tcp(packet + 20, seq);
	attr_string(&a, 10, prefix);
	attr(&a, 9, packet, sizeof(packet));
	message(f, RECORD_LOG, LOG_MESSAGE, IPV4, &a);
}

struct fixture {
	struct file f;
	struct arena *arena;
	struct nftrace_list list;
};

static int set_up(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));

	x->arena = arena_new();
	begin(&x->f, false);
	*state = x;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *x = *state;

	text_done(&x->f.t);
	arena_free(x->arena);
	free(x);
	return 0;
}

static int read_all(struct fixture *x)
{
	return nftrace_read(x->f.t.data, x->f.t.len, x->arena, &x->list);
}

static void steps_of_one_packet_are_joined(void **state)
{
	struct fixture *x = *state;
	const struct nftrace_step *end;

	record(&x->f, RECORD_ARMED, NULL);
	own(&x->f, 5, 77);
	trace(&x->f, &(struct told){ 5, "t", "in", 8, RULE, JUMP, 77 });
	trace(&x->f, &(struct told){ 5, "t", "svc", 6, RULE, DROP, 0 });
	assert_int_equal(read_all(x), 0);
	assert_true(x->list.is_armed);
	assert_int_equal(x->list.count, 1);
	assert_int_equal(x->list.packets[0].count, 2);
	assert_int_equal(x->list.packets[0].seq, 77);
	assert_int_equal(x->list.packets[0].flags, 2);
	assert_int_equal(x->list.packets[0].from_port, 4000);
	assert_int_equal(x->list.packets[0].to_port, 80);
	assert_int_equal(x->list.packets[0].steps[0].verdict, NFTRACE_JUMP);
	end = nftrace_end(&x->list.packets[0], false);
	assert_non_null(end);
	assert_string_equal(end->chain, "svc");
	assert_int_equal(end->handle, 6);
	assert_int_equal(end->family, INET);
}

static void others_traces_are_left_out(void **state)
{
	struct fixture *x = *state;

	trace(&x->f, &(struct told){ 9, "t", "in", 8, RULE, DROP, 5 });
	assert_int_equal(read_all(x), 0);
	assert_int_equal(x->list.count, 0);
}

static void an_id_used_again_is_another_packet(void **state)
{
	struct fixture *x = *state;

	own(&x->f, 5, 77);
	trace(&x->f, &(struct told){ 5, "t", "in", 8, RULE, ACCEPT, 77 });
	own(&x->f, 5, 78);
	trace(&x->f, &(struct told){ 5, "t", "in", 9, RULE, DROP, 78 });
	assert_int_equal(read_all(x), 0);
	assert_int_equal(x->list.count, 2);
	assert_null(nftrace_end(&x->list.packets[0], true));
	assert_int_equal(nftrace_end(&x->list.packets[1], true)->handle, 9);
}

static void a_retransmission_of_the_same_id_is_another_packet(void **state)
{
	struct fixture *x = *state;

	own(&x->f, 5, 77);
	x->f.now += CLOCK_SECOND;
	own(&x->f, 5, 77);
	assert_int_equal(read_all(x), 0);
	assert_int_equal(x->list.count, 2);
}

static void a_refusing_policy_ends_it(void **state)
{
	struct fixture *x = *state;

	own(&x->f, 5, 77);
	trace(&x->f, &(struct told){ 5, "t", "in", 0, RULE, CONTINUE, 77 });
	trace(&x->f, &(struct told){ 5, "t", "in", 0, POLICY, DROP, 0 });
	assert_int_equal(read_all(x), 0);
	/* That a chain has come to its end is no step. */
	assert_int_equal(x->list.packets[0].count, 1);
	assert_true(nftrace_end(&x->list.packets[0], false)->is_policy);
}

static void an_accepting_policy_does_not(void **state)
{
	struct fixture *x = *state;

	own(&x->f, 5, 77);
	trace(&x->f, &(struct told){ 5, "t", "in", 0, POLICY, ACCEPT, 0 });
	assert_int_equal(read_all(x), 0);
	assert_null(nftrace_end(&x->list.packets[0], true));
}

static void a_handle_has_its_place_in_its_chain(void **state)
{
	struct fixture *x = *state;

	rule(&x->f, "in", 4);
	rule(&x->f, "in", 20);
	rule(&x->f, "in", 8);
	rule(&x->f, "svc", 6);
	record(&x->f, RECORD_ARMED, NULL);
	own(&x->f, 5, 77);
	trace(&x->f, &(struct told){ 5, "t", "in", 8, RULE, JUMP, 77 });
	trace(&x->f, &(struct told){ 5, "t", "svc", 6, RULE, DROP, 0 });
	trace(&x->f, &(struct told){ 5, "t", "svc", 99, RULE, DROP, 0 });
	assert_int_equal(read_all(x), 0);
	assert_int_equal(x->list.packets[0].steps[0].number, 3);
	assert_int_equal(x->list.packets[0].steps[1].number, 1);
	assert_int_equal(x->list.packets[0].steps[2].number, 0);
}

static void rules_that_changed_are_read_again(void **state)
{
	struct fixture *x = *state;

	rule(&x->f, "in", 4);
	rule(&x->f, "in", 8);
	record(&x->f, RECORD_RULES, NULL);
	rule(&x->f, "in", 8);
	record(&x->f, RECORD_ARMED, NULL);
	own(&x->f, 5, 77);
	trace(&x->f, &(struct told){ 5, "t", "in", 8, RULE, DROP, 77 });
	trace(&x->f, &(struct told){ 5, "t", "in", 4, RULE, DROP, 0 });
	assert_int_equal(read_all(x), 0);
	assert_int_equal(x->list.packets[0].steps[0].number, 1);
	assert_int_equal(x->list.packets[0].steps[1].number, 0);
}

static void the_legacy_rule_joins_its_packet(void **state)
{
	struct fixture *x = *state;
	const struct nftrace_step *end;

	/* Read before the other socket was. */
	log_of(&x->f, "TRACE: filter:INPUT:rule:2 ", 77);
	log_of(&x->f, "TRACE: filter:a:b:rule:1 ", 77);
	own(&x->f, 5, 77);
	assert_int_equal(read_all(x), 0);
	assert_int_equal(x->list.count, 1);
	assert_int_equal(x->list.packets[0].id, 5);
	assert_int_equal(x->list.packets[0].count, 2);
	assert_null(nftrace_end(&x->list.packets[0], false));
	end = nftrace_end(&x->list.packets[0], true);
	assert_int_equal(end->engine, NFTRACE_LEGACY);
	assert_string_equal(end->table, "filter");
	assert_string_equal(end->chain, "a:b");
	assert_int_equal(end->number, 1);
	assert_int_equal(end->family, IPV4);
}

static void a_legacy_packet_of_its_own_has_no_id(void **state)
{
	struct fixture *x = *state;

	own(&x->f, 5, 77);
	log_of(&x->f, "TRACE: filter:INPUT:policy:3 ", 78);
	assert_int_equal(read_all(x), 0);
	assert_int_equal(x->list.count, 2);
	assert_int_equal(x->list.packets[1].id, 0);
	assert_true(x->list.packets[1].steps[0].is_policy);
	assert_int_equal(x->list.packets[1].steps[0].number, 3);
}

static void chain(struct text *t, const struct file *f, const char *table,
		  const char *name, const char *rules)
{
	struct file row = attrs_of(f);

	native(&row, strlen(rules) - 1, 4);
	text_str(&row.t, table);
	text_fill(&row.t, '\0', 4 + LEGACY_NAME - row.t.len);
	text_str(&row.t, name);
	text_fill(&row.t, '\0', 4 + 2 * (size_t)LEGACY_NAME - row.t.len);
	text_str(&row.t, rules);
	text_bytes(t, row.t.data, row.t.len);
	text_done(&row.t);
}

static void legacy_chains(struct file *f)
{
	struct text rows = TEXT_NULL;

	chain(&rows, f, "mangle", "INPUT", "CCCCA");
	chain(&rows, f, "filter", "INPUT", "JDA");
	chain(&rows, f, "filter", "INPUT2", "?CR");
	record(f, RECORD_CHAINS, &rows);
	text_done(&rows);
}

static void a_rule_without_conditions_is_no_policy(void **state)
{
	struct fixture *x = *state;
	const struct nftrace_step *s;

	legacy_chains(&x->f);
	log_of(&x->f, "TRACE: filter:INPUT:policy:2 ", 77);
	log_of(&x->f, "TRACE: filter:INPUT:policy:3 ", 77);
	log_of(&x->f, "TRACE: filter:INPUT2:return:1 ", 77);
	log_of(&x->f, "TRACE: filter:INPUT2:return:3 ", 77);
	own(&x->f, 5, 77);
	assert_int_equal(read_all(x), 0);
	assert_int_equal(x->list.packets[0].count, 4);
	s = x->list.packets[0].steps;
	assert_false(s[0].is_policy);
	assert_int_equal(s[0].number, 2);
	assert_int_equal(s[0].verdict, NFTRACE_DROP);
	assert_true(s[1].is_policy);
	assert_int_equal(s[1].number, 0);
	assert_int_equal(s[1].verdict, NFTRACE_ACCEPT);
	assert_int_equal(s[2].verdict, NFTRACE_UNSAID);
	assert_int_equal(s[3].verdict, NFTRACE_RETURN);
	assert_int_equal(s[3].number, 0);
}

static void what_a_legacy_rule_does_is_known(void **state)
{
	struct fixture *x = *state;

	legacy_chains(&x->f);
	log_of(&x->f, "TRACE: filter:INPUT:rule:1 ", 77);
	log_of(&x->f, "TRACE: filter:INPUT2:rule:1 ", 77);
	log_of(&x->f, "TRACE: filter:INPUT:policy:3 ", 77);
	log_of(&x->f, "TRACE: filter:INPUT:rule:1 ", 78);
	log_of(&x->f, "TRACE: filter:INPUT2:rule:1 ", 78);
	log_of(&x->f, "TRACE: mangle:INPUT:rule:9 ", 79);
	assert_int_equal(read_all(x), 0);
	assert_int_equal(x->list.count, 3);
	/* Accepted: whoever dropped it was no rule of these. */
	assert_null(nftrace_end(&x->list.packets[0], true));
	assert_int_equal(nftrace_end(&x->list.packets[1], true)->number, 1);
	assert_null(nftrace_end(&x->list.packets[1], false));
	assert_int_equal(x->list.packets[2].steps[0].verdict, NFTRACE_UNSAID);
}

/* Just before the chain `in' of the table `t'. */
static void place(struct file *f, unsigned index)
{
	static const char names[] = "t\0in";
	struct file body = attrs_of(f);

	native(&body, index, 4);
	native(&body, INET, 4);
	text_bytes(&body.t, names, sizeof(names));
	record(f, RECORD_PLACE, &body.t);
	text_done(&body.t);
}

static void seen_at(struct file *f, const char *chain)
{
	trace(f, &(struct told){ 5, "kiriwake-1-a", chain, 2, RULE, CONTINUE,
				 77 });
}

static void who_does_not_come_out_of_a_chain_was_stopped_there(void **state)
{
	struct fixture *x = *state;
	const struct nftrace_step *end;

	place(&x->f, 3);
	seen_at(&x->f, "prerouting");
	seen_at(&x->f, "again-3");
	trace(&x->f, &(struct told){ 5, "t", "in", 8, RULE, JUMP, 77 });
	/* There may be more to come. */
	assert_int_equal(read_all(x), 0);
	assert_null(nftrace_end(&x->list.packets[0], true));
	x->f.now += CLOCK_SECOND;
	record(&x->f, RECORD_END, NULL);
	assert_int_equal(read_all(x), 0);
	end = nftrace_end(&x->list.packets[0], true);
	assert_non_null(end);
	assert_string_equal(end->chain, "in");
	assert_int_equal(end->verdict, NFTRACE_UNSAID);
	assert_int_equal(end->handle, 0);
	assert_null(nftrace_end(&x->list.packets[0], false));
}

static void who_is_seen_behind_it_was_not(void **state)
{
	struct fixture *x = *state;

	place(&x->f, 3);
	seen_at(&x->f, "again-3");
	seen_at(&x->f, "again-4");
	x->f.now += CLOCK_SECOND;
	record(&x->f, RECORD_END, NULL);
	assert_int_equal(read_all(x), 0);
	assert_int_equal(x->list.packets[0].count, 0);
}

static void nor_who_was_accepted_in_it(void **state)
{
	struct fixture *x = *state;

	place(&x->f, 3);
	seen_at(&x->f, "again-3");
	trace(&x->f, &(struct told){ 5, "t", "in", 8, RULE, ACCEPT, 77 });
	x->f.now += CLOCK_SECOND;
	record(&x->f, RECORD_END, NULL);
	assert_int_equal(read_all(x), 0);
	assert_null(nftrace_end(&x->list.packets[0], true));
}

static void two_chains_at_a_place_or_losses_say_nothing(void **state)
{
	struct fixture *x = *state;

	place(&x->f, 3);
	place(&x->f, 3);
	place(&x->f, 4);
	seen_at(&x->f, "again-3");
	x->f.now += CLOCK_SECOND;
	record(&x->f, RECORD_END, NULL);
	assert_int_equal(read_all(x), 0);
	assert_int_equal(x->list.packets[0].count, 0);
	seen_at(&x->f, "again-4");
	x->f.now += CLOCK_SECOND;
	record(&x->f, RECORD_LOST, NULL);
	record(&x->f, RECORD_END, NULL);
	assert_int_equal(read_all(x), 0);
	assert_int_equal(x->list.packets[1].count, 0);
}

static void what_a_log_rule_says_is_no_trace(void **state)
{
	static const char *const words[] = {
		"refused: ",
		"TRACE: ",
		"TRACE: filter",
		"TRACE: filter:rule:1",
		"TRACE: filter:INPUT:rule:",
		"TRACE: :rule:1",
		"TRACE: :::1",
	};
	struct fixture *x = *state;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		log_of(&x->f, words[i], 77);
	assert_int_equal(read_all(x), 0);
	assert_int_equal(x->list.count, 0);
}

static void what_is_lost_and_missing_is_told(void **state)
{
	struct fixture *x = *state;
	struct text word = TEXT_NULL;

	text_str(&word, "legacy");
	record(&x->f, RECORD_MISSING, &word);
	record(&x->f, RECORD_LOST, NULL);
	record(&x->f, RECORD_LOST, NULL);
	text_done(&word);
	assert_int_equal(read_all(x), 0);
	assert_false(x->list.is_armed);
	assert_string_equal(x->list.missing, "legacy");
	assert_int_equal(x->list.lost, 2);
}

static void another_machines_order_reads_the_same(void **state)
{
	struct fixture *x = *state;

	text_done(&x->f.t);
	begin(&x->f, true);
	rule(&x->f, "in", 8);
	record(&x->f, RECORD_ARMED, NULL);
	own(&x->f, 5, 77);
	trace(&x->f, &(struct told){ 5, "t", "in", 8, RULE, DROP, 0 });
	log_of(&x->f, "TRACE: filter:INPUT:rule:2 ", 77);
	assert_int_equal(read_all(x), 0);
	assert_int_equal(x->list.count, 1);
	assert_int_equal(x->list.packets[0].at_ns, 1000);
	assert_int_equal(x->list.packets[0].count, 2);
	assert_int_equal(nftrace_end(&x->list.packets[0], true)->number, 1);
}

static void a_file_that_grows_is_read_as_far_as_it_goes(void **state)
{
	struct fixture *x = *state;
	size_t whole;

	own(&x->f, 5, 77);
	whole = x->f.t.len;
	trace(&x->f, &(struct told){ 5, "t", "in", 8, RULE, DROP, 0 });
	for (size_t n = 0; n < x->f.t.len; n++) {
		/* Exactly as long, so that ASan sees an overread. */
		char *cut = malloc(n ? n : 1);

		memcpy(cut, x->f.t.data, n);
		assert_int_equal(nftrace_read(cut, n, x->arena, &x->list), 0);
		assert_int_equal(x->list.count, n >= whole);
		free(cut);
	}
}

static void damage_is_told_and_what_was_before_is_there(void **state)
{
	struct fixture *x = *state;

	own(&x->f, 5, 77);
	native(&x->f, 0xffff, 4);
	native(&x->f, 0xffffffff, 4);
	native(&x->f, 0, 8);
	assert_int_equal(read_all(x), -EINVAL);
	assert_int_equal(x->list.count, 1);
	assert_int_equal(
		nftrace_read("no such file at all.", 20, x->arena, &x->list),
		-EINVAL);
}

static void no_memory_is_told(void **state)
{
	struct fixture *x = *state;
	int err = -ENOMEM;

	rule(&x->f, "in", 8);
	own(&x->f, 5, 77);
	trace(&x->f, &(struct told){ 5, "t", "in", 8, RULE, DROP, 0 });
	log_of(&x->f, "TRACE: filter:INPUT:rule:2 ", 78);
	for (uint64_t n = 1; err == -ENOMEM; n++) {
		arena_fail_at(x->arena, n);
		err = read_all(x);
		assert_in_range(n, 1, 100);
	}
	assert_int_equal(err, 0);
}

int main(void)
{
#define UNIT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		UNIT(steps_of_one_packet_are_joined),
		UNIT(others_traces_are_left_out),
		UNIT(an_id_used_again_is_another_packet),
		UNIT(a_retransmission_of_the_same_id_is_another_packet),
		UNIT(a_refusing_policy_ends_it),
		UNIT(an_accepting_policy_does_not),
		UNIT(a_handle_has_its_place_in_its_chain),
		UNIT(rules_that_changed_are_read_again),
		UNIT(the_legacy_rule_joins_its_packet),
		UNIT(a_legacy_packet_of_its_own_has_no_id),
		UNIT(a_rule_without_conditions_is_no_policy),
		UNIT(what_a_legacy_rule_does_is_known),
		UNIT(who_does_not_come_out_of_a_chain_was_stopped_there),
		UNIT(who_is_seen_behind_it_was_not),
		UNIT(nor_who_was_accepted_in_it),
		UNIT(two_chains_at_a_place_or_losses_say_nothing),
		UNIT(what_a_log_rule_says_is_no_trace),
		UNIT(what_is_lost_and_missing_is_told),
		UNIT(another_machines_order_reads_the_same),
		UNIT(a_file_that_grows_is_read_as_far_as_it_goes),
		UNIT(damage_is_told_and_what_was_before_is_there),
		UNIT(no_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

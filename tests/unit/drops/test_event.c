#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/text.h"
#include "drops/event.h"
#include "drops/stream.h"
#include "drops/stream_write.h"

static const char *const nft_stack[] = { "nft_do_chain", "nft_do_chain_inet",
					 "nf_hook_slow", "ip_local_deliver",
					 NULL };

static struct record packet(uint64_t key)
{
	struct record r = { .what = DROP_PACKET,
			    .at_ns = 12345678901,
			    .key = key,
			    .count = 3,
			    .cookie = 77,
			    .protocol = 6,
			    .flags = 2,
			    .seq = 0xdeadbeef,
			    .device = 4,
			    .error = 111,
			    .soft_error = 13,
			    .icmp_type = 3,
			    .icmp_code = 10,
			    .old_state = 2,
			    .new_state = 7,
			    .pid = 4711,
			    .uid = 1000,
			    .from_port = 50000,
			    .to_port = 22,
			    .program = "ssh" };

	memcpy(r.from, address_v4(0x0a000001).bytes, sizeof(r.from));
	memcpy(r.to, address_v4(0x0a000002).bytes, sizeof(r.to));
	return r;
}

struct read {
	struct text stream;
	struct arena *arena;
	struct drops_list list;
};

static void set_up(struct read *t)
{
	*t = (struct read){ TEXT_NULL, arena_new(), { 0 } };
	assert_non_null(t->arena);
	stream_write_head(&t->stream);
}

static int read(struct read *t, size_t size)
{
	return drops_read(t->stream.data, size, t->arena, &t->list);
}

static void tear_down(struct read *t)
{
	text_done(&t->stream);
	arena_free(t->arena);
}

static void what_is_written_is_read(void **state)
{
	const struct record r = packet(9);
	const struct drop_event *e;
	struct read t;

	(void)state;
	set_up(&t);
	stream_write_missing(&t.stream, "icmp_send");
	stream_write_attached(&t.stream);
	stream_write_event(&t.stream, &r, "NETFILTER_DROP", nft_stack);
	stream_write_lost(&t.stream, 5);
	assert_int_equal(read(&t, t.stream.len), 0);
	assert_int_equal(t.list.count, 1);
	assert_int_equal(t.list.lost, 5);
	assert_true(t.list.is_attached);
	assert_string_equal(t.list.missing[0], "icmp_send");
	assert_null(t.list.missing[1]);
	e = t.list.events;
	assert_int_equal(e->what, DROP_PACKET);
	assert_int_equal(e->at_ns, 12345678901);
	assert_int_equal(e->count, 3);
	assert_int_equal(e->cookie, 77);
	assert_memory_equal(e->from.bytes, r.from, 16);
	assert_memory_equal(e->to.bytes, r.to, 16);
	assert_int_equal(e->from_port, 50000);
	assert_int_equal(e->to_port, 22);
	assert_int_equal(e->flags, 2);
	assert_int_equal(e->seq, 0xdeadbeef);
	assert_int_equal(e->device, 4);
	assert_int_equal(e->error, 111);
	assert_int_equal(e->soft_error, 13);
	assert_int_equal(e->icmp_type, 3);
	assert_int_equal(e->icmp_code, 10);
	assert_int_equal(e->old_state, 2);
	assert_int_equal(e->new_state, 7);
	assert_int_equal(e->pid, 4711);
	assert_int_equal(e->uid, 1000);
	assert_string_equal(e->program, "ssh");
	assert_string_equal(e->reason, "NETFILTER_DROP");
	assert_string_equal(e->place, "nft_do_chain");
	assert_string_equal(e->stack[0], "nft_do_chain_inet");
	assert_string_equal(e->stack[2], "ip_local_deliver");
	assert_null(e->stack[3]);
	assert_int_equal(e->hook, DROP_HOOK_INPUT);
	assert_int_equal(e->engine, DROP_ENGINE_NFT);
	tear_down(&t);
}

static void later_events_of_a_key_have_its_stack(void **state)
{
	const struct record r = packet(9), other = packet(10);
	struct read t;

	(void)state;
	set_up(&t);
	stream_write_event(&t.stream, &r, "A", nft_stack);
	stream_write_event(&t.stream, &other, "A", NULL);
	stream_write_event(&t.stream, &r, "A", NULL);
	assert_int_equal(read(&t, t.stream.len), 0);
	assert_int_equal(t.list.count, 3);
	assert_string_equal(t.list.events[1].place, "");
	assert_int_equal(t.list.events[1].hook, DROP_HOOK_NONE);
	assert_string_equal(t.list.events[2].place, "nft_do_chain");
	assert_string_equal(t.list.events[2].stack[1], "nf_hook_slow");
	assert_int_equal(t.list.events[2].hook, DROP_HOOK_INPUT);
	tear_down(&t);
}

static void many_are_read(void **state)
{
	struct read t;

	(void)state;
	set_up(&t);
	for (uint64_t i = 0; i < 10000; i++) {
		const struct record r = packet(i << 8 | 1);

		stream_write_event(&t.stream, &r, "A", nft_stack);
	}
	assert_int_equal(read(&t, t.stream.len), 0);
	assert_int_equal(t.list.count, 10000);
	tear_down(&t);
}

/* As a file is that is still written. */
static void any_beginning_is_read(void **state)
{
	const struct record r = packet(9);
	struct read t;
	size_t head, one;

	(void)state;
	set_up(&t);
	head = t.stream.len;
	stream_write_event(&t.stream, &r, "A", nft_stack);
	one = t.stream.len;
	stream_write_event(&t.stream, &r, "A", NULL);
	for (size_t size = head; size <= t.stream.len; size++) {
		assert_int_equal(read(&t, size), 0);
		assert_int_equal(t.list.count,
				 (size >= one) + (size == t.stream.len));
	}
	assert_int_equal(read(&t, 0), 0);
	assert_int_equal(t.list.count, 0);
	assert_false(t.list.is_attached);
	tear_down(&t);
}

static void what_is_none_of_ours_is_refused(void **state)
{
	struct read t;

	(void)state;
	set_up(&t);
	t.stream.data[0] ^= 1;
	assert_int_equal(read(&t, t.stream.len), -EINVAL);
	t.stream.data[0] ^= 1;
	t.stream.data[STREAM_MAGIC_SIZE] ^= 1;
	assert_int_equal(read(&t, t.stream.len), -EINVAL);
	tear_down(&t);
}

static void what_is_damaged_keeps_what_came_before(void **state)
{
	const struct record r = packet(9);
	struct read t;

	(void)state;
	set_up(&t);
	stream_write_event(&t.stream, &r, "A", NULL);
	text_bytes(&t.stream, "\4\3\0abc", 6);
	assert_int_equal(read(&t, t.stream.len), -EINVAL);
	assert_int_equal(t.list.count, 1);
	tear_down(&t);
}

static void parts_of_newer_versions_are_left_out(void **state)
{
	struct record r = packet(9);
	struct read t;

	(void)state;
	set_up(&t);
	text_bytes(&t.stream, "\x63\3\0abc", 6);
	r.what = DROP_WHATS;
	stream_write_event(&t.stream, &r, "A", NULL);
	r.what = DROP_RESET;
	stream_write_event(&t.stream, &r, "NO_SOCKET", NULL);
	assert_int_equal(read(&t, t.stream.len), 0);
	assert_int_equal(t.list.count, 1);
	assert_int_equal(t.list.events[0].what, DROP_RESET);
	tear_down(&t);
}

static void more_missing_than_there_can_be_are_left_out(void **state)
{
	struct read t;

	(void)state;
	set_up(&t);
	for (int i = 0; i < 20; i++)
		stream_write_missing(&t.stream, "x");
	assert_int_equal(read(&t, t.stream.len), 0);
	assert_string_equal(t.list.missing[DROP_WHATS - 1], "x");
	assert_null(t.list.missing[DROP_WHATS]);
	tear_down(&t);
}

static void what_was_taken_is_no_drop(void **state)
{
	static const char *const purged[] = { "skb_queue_purge_reason", NULL };
	static const char *const tcp[] = { "tcp_v4_rcv", NULL };
	static const char *const closing[] = { "tcp_rcv_state_process", NULL };
	struct record r = packet(9);
	struct read t;

	(void)state;
	set_up(&t);
	r.flags = 0x14; /* RST, ACK */
	stream_write_event(&t.stream, &r, "NOT_SPECIFIED", purged);
	stream_write_event(&t.stream, &r, "NOT_SPECIFIED", closing);
	stream_write_event(&t.stream, &r, "", tcp);
	r.key = 10;
	stream_write_event(&t.stream, &r, "NOT_SPECIFIED", tcp);
	stream_write_event(&t.stream, &r, "NOT_SPECIFIED", NULL);
	stream_write_event(&t.stream, &r, "TCP_INVALID_SEQUENCE", tcp);
	r.flags = 2; /* SYN */
	stream_write_event(&t.stream, &r, "", tcp);
	stream_write_event(&t.stream, &r, "NOT_SPECIFIED", closing);
	assert_int_equal(read(&t, t.stream.len), 0);
	assert_int_equal(t.list.count, 3);
	assert_string_equal(t.list.events[0].reason, "TCP_INVALID_SEQUENCE");
	assert_string_equal(t.list.events[1].place, "tcp_v4_rcv");
	assert_string_equal(t.list.events[2].place, "tcp_rcv_state_process");
	tear_down(&t);
}

static void no_memory_is_told(void **state)
{
	const struct record r = packet(9);
	struct read t;
	uint64_t n = 1;
	int err;

	(void)state;
	set_up(&t);
	stream_write_missing(&t.stream, "icmp_send");
	stream_write_event(&t.stream, &r, "A", nft_stack);
	do {
		arena_fail_at(t.arena, n++);
		err = read(&t, t.stream.len);
		assert_true(!err || err == -ENOMEM);
	} while (err);
	assert_true(n > 5);
	tear_down(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(later_events_of_a_key_have_its_stack),
		cmocka_unit_test(many_are_read),
		cmocka_unit_test(any_beginning_is_read),
		cmocka_unit_test(what_is_none_of_ours_is_refused),
		cmocka_unit_test(what_is_damaged_keeps_what_came_before),
		cmocka_unit_test(parts_of_newer_versions_are_left_out),
		cmocka_unit_test(more_missing_than_there_can_be_are_left_out),
		cmocka_unit_test(what_was_taken_is_no_drop),
		cmocka_unit_test(no_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "net/tls_hello.h"

#define RANDOM32 "0123456789abcdef0123456789abcdef"
#define SNI "\0\0\0\x10\0\x0e\0\0\x0bvpn.example"

/* A client of TLS 1.2, with a session's id, two suites and its name. */
#define HELLO "\1\0\0\x45\3\3" RANDOM32 "\4sess\0\4\xc0\x2f\0\x2f\1\0\0\x14" SNI
#define RECORD "\x16\3\1\0\x49" HELLO

/* One of TLS 1.3: a value to be ignored, 1.3 and 1.2; and a ticket's key. */
#define HELLO_1_3                                                              \
	"\1\0\0\x3e\3\3" RANDOM32 "\0\0\2\x13\1\1\0\0\x13"                     \
	"\0\x2b\0\7\6\x7a\x7a\3\4\3\3"                                         \
	"\0\x29\0\4tick"

#define OVER(bytes) cursor_over(bytes, sizeof(bytes) - 1)

static struct tls_hello read_hello(struct cursor c)
{
	struct tls_hello h;

	assert_int_equal(tls_hello_read(&h, c), 0);
	return h;
}

/* What is written, read again. text holds it. */
static struct tls_hello rewrite(const struct tls_hello *h,
				enum tls_hello_change change, struct text *text)
{
	struct text record = TEXT_NULL;

	assert_int_equal(tls_hello_write(&record, h, change), 0);
	assert_int_equal(
		tls_hello_unwrap(text, cursor_over(record.data, record.len)),
		-1);
	text_done(&record);
	return read_hello(cursor_over(text->data, text->len));
}

static bool has_suite(const struct tls_hello *h, uint16_t suite)
{
	struct cursor c = h->ciphers;

	while (cursor_left(&c))
		if (cursor_be16(&c) == suite)
			return true;

	return false;
}

static void a_hello_is_read_out_of_its_record(void **state)
{
	struct text messages = TEXT_NULL, name = TEXT_NULL;
	struct tls_hello h;

	(void)state;
	assert_int_equal(tls_hello_unwrap(&messages, OVER(RECORD)), -1);
	assert_int_equal(messages.len, sizeof(HELLO) - 1);
	h = read_hello(cursor_over(messages.data, messages.len));
	assert_int_equal(h.version, TLS_1_2);
	assert_int_equal(h.newest, TLS_1_2);
	assert_memory_equal(h.random.pos, RANDOM32, 32);
	assert_int_equal(cursor_left(&h.ciphers), 4);
	assert_int_equal(tls_hello_name(&name, &h), 0);
	assert_string_equal(text_string(&name), "vpn.example");
	text_done(&name);
	text_done(&messages);
}

static void a_hello_may_come_in_two_records(void **state)
{
	struct text bytes = TEXT_NULL, messages = TEXT_NULL;

	(void)state;
	text_bytes(&bytes, "\x16\3\1\0\x0a", 5);
	text_bytes(&bytes, HELLO, 10);
	text_bytes(&bytes, "\x16\3\1\0\x3f", 5);
	text_bytes(&bytes, HELLO + 10, sizeof(HELLO) - 1 - 10);
	assert_int_equal(
		tls_hello_unwrap(&messages, cursor_over(bytes.data, bytes.len)),
		-1);
	assert_int_equal(messages.len, sizeof(HELLO) - 1);
	assert_memory_equal(messages.data, HELLO, messages.len);
	text_done(&messages);
	text_done(&bytes);
}

static void the_alert_behind_the_messages_is_told(void **state)
{
	struct text m = TEXT_NULL;

	(void)state;
	assert_int_equal(
		tls_hello_unwrap(&m, OVER(RECORD "\x15\3\3\0\2\2\x2d")), 45);
	assert_int_equal(m.len, sizeof(HELLO) - 1);
	text_clear(&m);
	/* A warning ends nothing. */
	assert_int_equal(
		tls_hello_unwrap(&m, OVER("\x15\3\3\0\2\1\x70" RECORD)), -1);
	assert_int_equal(m.len, sizeof(HELLO) - 1);
	text_clear(&m);
	/* Longer than an alert is: it is encrypted. So is what follows a
	 * change of the cipher. */
	assert_int_equal(tls_hello_unwrap(&m, OVER("\x15\3\3\0\4\2\x2d\2\x2d")),
			 -1);
	assert_int_equal(tls_hello_unwrap(&m, OVER("\x14\3\3\0\1\1"
						   "\x15\3\3\0\2\2\x2d")),
			 -1);
	/* It came no further. */
	assert_int_equal(tls_hello_unwrap(&m, OVER("\x15\3\3\0\2\2")), -1);
	assert_int_equal(m.len, 0);
	text_done(&m);
}

static void what_is_no_tls_gives_no_message(void **state)
{
	struct text m = TEXT_NULL;

	(void)state;
	assert_int_equal(tls_hello_unwrap(&m, OVER("GET / HTTP/1.1\r\n\r\n")),
			 -1);
	assert_int_equal(tls_hello_unwrap(&m, OVER("\x16\4\1\0\1\1")), -1);
	assert_int_equal(tls_hello_unwrap(&m, OVER("\x16\3\1\xff\xff\1")), -1);
	assert_int_equal(tls_hello_unwrap(&m, cursor_over(NULL, 0)), -1);
	assert_int_equal(m.len, 0);
	text_done(&m);
}

static void a_hello_that_is_not_whole_is_waited_for(void **state)
{
	struct tls_hello h;

	(void)state;
	for (size_t len = 0; len < sizeof(HELLO) - 1; len++)
		assert_int_equal(tls_hello_read(&h, cursor_over(HELLO, len)),
				 -ENODATA);
}

static void other_messages_are_no_hello(void **state)
{
	struct tls_hello h;

	(void)state;
	/* The server's; a version that is none; an extension beyond the end. */
	assert_int_equal(tls_hello_read(&h, OVER("\2\0\0\2\3\3")), -EBADMSG);
	assert_int_equal(tls_hello_read(&h, OVER("\1\0\0\x29\7\7" RANDOM32
						 "\0\0\2\0\x2f\1\0")),
			 -EBADMSG);
	assert_int_equal(tls_hello_read(&h, OVER("\1\0\0\x2f\3\3" RANDOM32
						 "\0\0\2\0\x2f\1\0\0\4"
						 "\0\0\0\x09")),
			 -EBADMSG);
}

static void the_newest_version_is_that_of_the_list(void **state)
{
	struct tls_hello h = read_hello(OVER(HELLO_1_3));

	(void)state;
	assert_int_equal(h.version, TLS_1_2);
	assert_int_equal(h.newest, TLS_1_3);
}

static void a_hello_without_a_name_has_none(void **state)
{
	struct tls_hello h = read_hello(OVER(HELLO_1_3));
	struct text name = TEXT_NULL;

	(void)state;
	assert_int_equal(tls_hello_name(&name, &h), -ENOENT);
	/* No host's name holds a line's end. */
	h = read_hello(OVER("\1\0\0\x39\3\3" RANDOM32 "\0\0\2\0\x2f\1\0\0\x0e"
			    "\0\0\0\x0a\0\x08\0\0\5a\nb\xff"
			    "c"));
	assert_int_equal(tls_hello_name(&name, &h), -ENOENT);
	assert_int_equal(name.len, 0);
	text_done(&name);
}

static void the_same_is_written_again(void **state)
{
	struct tls_hello h = read_hello(OVER(HELLO));
	struct text record = TEXT_NULL;

	(void)state;
	assert_int_equal(tls_hello_write(&record, &h, TLS_HELLO_AS_IT_WAS), 0);
	assert_int_equal(record.len, sizeof(RECORD) - 1);
	assert_memory_equal(record.data, RECORD, record.len);
	text_done(&record);
}

static void more_ciphers_change_nothing_else(void **state)
{
	struct tls_hello h = read_hello(OVER(HELLO));
	struct text m = TEXT_NULL, name = TEXT_NULL;
	struct tls_hello all = rewrite(&h, TLS_HELLO_ALL_CIPHERS, &m);

	(void)state;
	assert_memory_equal(all.ciphers.pos, h.ciphers.pos, 4);
	assert_true(has_suite(&all, 0x1301));
	assert_true(has_suite(&all, 0xc05c));
	assert_false(has_suite(&h, 0x1301));
	assert_int_equal(all.newest, TLS_1_2);
	assert_int_equal(tls_hello_name(&name, &all), 0);
	text_done(&name);
	text_done(&m);
}

static void more_versions_bring_what_they_need(void **state)
{
	struct tls_hello h = read_hello(OVER(HELLO));
	struct text m = TEXT_NULL;
	struct tls_hello all = rewrite(&h, TLS_HELLO_ALL_VERSIONS, &m);
	static const char key_share[] = "\0\x33\0\2\0\0";

	(void)state;
	assert_int_equal(all.newest, TLS_1_3);
	assert_true(has_suite(&all, 0x1301));
	assert_non_null(memmem(m.data, m.len, key_share, 6));
	text_done(&m);
}

static void a_tickets_key_is_left_out(void **state)
{
	struct tls_hello h = read_hello(OVER(HELLO_1_3));
	struct text m = TEXT_NULL;

	(void)state;
	(void)rewrite(&h, TLS_HELLO_AS_IT_WAS, &m);
	assert_null(memmem(m.data, m.len, "tick", 4));
	text_done(&m);
}

static void what_no_record_holds_is_not_written(void **state)
{
	static uint8_t many[16000];
	struct tls_hello h = read_hello(OVER(HELLO));
	struct text out = TEXT_NULL;

	(void)state;
	h.ciphers = cursor_over(many, sizeof(many));
	assert_int_equal(tls_hello_write(&out, &h, TLS_HELLO_AS_IT_WAS), 0);
	text_clear(&out);
	assert_int_equal(tls_hello_write(&out, &h, TLS_HELLO_ALL_CIPHERS),
			 -EMSGSIZE);
	assert_int_equal(out.len, 0);
	text_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hello_is_read_out_of_its_record),
		cmocka_unit_test(a_hello_may_come_in_two_records),
		cmocka_unit_test(the_alert_behind_the_messages_is_told),
		cmocka_unit_test(what_is_no_tls_gives_no_message),
		cmocka_unit_test(a_hello_that_is_not_whole_is_waited_for),
		cmocka_unit_test(other_messages_are_no_hello),
		cmocka_unit_test(the_newest_version_is_that_of_the_list),
		cmocka_unit_test(a_hello_without_a_name_has_none),
		cmocka_unit_test(the_same_is_written_again),
		cmocka_unit_test(more_ciphers_change_nothing_else),
		cmocka_unit_test(more_versions_bring_what_they_need),
		cmocka_unit_test(a_tickets_key_is_left_out),
		cmocka_unit_test(what_no_record_holds_is_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "net/tls_answer.h"
#include "net/tls_hello.h"

#define RANDOM32 "0123456789abcdef0123456789abcdef"
#define HELLO(version) "\2\0\0\x26" version RANDOM32 "\0\xc0\x2f\0"
/* Two certificates, of 8 and 3 bytes. */
#define CHAIN "\x0b\0\0\x14\0\0\x11\0\0\x08its own!\0\0\3top"

#define OVER(bytes) cursor_over(bytes, sizeof(bytes) - 1)

static void the_version_is_that_of_the_hello(void **state)
{
	struct tls_answer a;

	(void)state;
	assert_int_equal(tls_answer_read(&a, OVER(HELLO("\3\2"))), 0);
	assert_int_equal(a.version, TLS_1_1);
	assert_int_equal(a.certificate_len, 0);
	assert_int_equal(tls_answer_read(&a, OVER(HELLO("\3\3"))), 0);
	assert_int_equal(a.version, TLS_1_2);
}

static void the_first_certificate_is_the_servers_own(void **state)
{
	struct tls_answer a;

	(void)state;
	assert_int_equal(tls_answer_read(&a, OVER(HELLO("\3\3") CHAIN)), 0);
	assert_int_equal(a.certificate_len, 8);
	assert_int_equal(cursor_left(&a.certificate), 8);
	assert_memory_equal(a.certificate.pos, "its own!", 8);
}

static void a_chain_is_read_to_its_end(void **state)
{
	struct tls_answer a;
	struct cursor der;

	(void)state;
	assert_int_equal(tls_answer_read(&a, OVER(HELLO("\3\3") CHAIN)), 0);
	assert_true(tls_answer_next(&a.chain, &der));
	assert_int_equal(cursor_left(&der), 8);
	assert_true(tls_answer_next(&a.chain, &der));
	assert_int_equal(cursor_left(&der), 3);
	assert_memory_equal(der.pos, "top", 3);
	assert_false(tls_answer_next(&a.chain, &der));
	/* What is not whole is none. */
	assert_int_equal(
		tls_answer_read(&a, cursor_over(HELLO("\3\3") CHAIN, 42 + 20)),
		0);
	assert_false(tls_answer_next(&a.chain, &der));
	assert_int_equal(a.certificate_len, 8);
}

static void of_a_cut_certificate_the_beginning_is_there(void **state)
{
	struct tls_answer a;

	(void)state;
	assert_int_equal(tls_answer_read(&a, OVER(HELLO("\3\3") "\x0b\0\x30\0"
								"\0\x2f\xfd"
								"\0\x10\0its")),
			 0);
	assert_int_equal(a.certificate_len, 4096);
	assert_int_equal(cursor_left(&a.certificate), 3);
}

static void a_certificate_without_its_length_is_none(void **state)
{
	struct tls_answer a;

	(void)state;
	assert_int_equal(tls_answer_read(&a, OVER(HELLO("\3\3") "\x0b\0\0\4"
								"\0\0\0\0")),
			 0);
	assert_int_equal(a.certificate_len, 0);
	/* A server may show none at all. */
	assert_int_equal(tls_answer_read(&a, OVER(HELLO("\3\3") "\x0b\0\0\3"
								"\0\0\0")),
			 0);
	assert_int_equal(a.certificate_len, 0);
}

static void what_stands_between_is_skipped(void **state)
{
	struct tls_answer a;

	(void)state;
	assert_int_equal(
		tls_answer_read(&a, OVER(HELLO("\3\3") "\x17\0\0\2ab" CHAIN)),
		0);
	assert_int_equal(a.certificate_len, 8);
}

static void without_a_servers_hello_there_is_no_answer(void **state)
{
	struct tls_answer a;

	(void)state;
	assert_int_equal(tls_answer_read(&a, cursor_over(NULL, 0)), -EBADMSG);
	assert_int_equal(tls_answer_read(&a, OVER("\1\0\0\2\3\3")), -EBADMSG);
	assert_int_equal(tls_answer_read(&a, OVER(CHAIN)), -EBADMSG);
	assert_int_equal(tls_answer_read(&a, OVER("\2\0\0\x26\3")), -EBADMSG);
	assert_int_equal(tls_answer_read(&a, OVER("\2\0\0\2\7\7")), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_version_is_that_of_the_hello),
		cmocka_unit_test(the_first_certificate_is_the_servers_own),
		cmocka_unit_test(a_chain_is_read_to_its_end),
		cmocka_unit_test(of_a_cut_certificate_the_beginning_is_there),
		cmocka_unit_test(a_certificate_without_its_length_is_none),
		cmocka_unit_test(what_stands_between_is_skipped),
		cmocka_unit_test(without_a_servers_hello_there_is_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

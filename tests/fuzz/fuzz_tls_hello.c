/* How TLS begins: what either side says first. What is read of a client's hello
 * can be written again, and is the same then. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/tls_answer.h"
#include "net/tls_hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void same(struct cursor a, struct cursor b)
{
	if (cursor_left(&a) != cursor_left(&b) ||
	    (cursor_left(&a) && memcmp(a.pos, b.pos, cursor_left(&a)) != 0))
		abort();
}

/* Whatever is changed, it is a hello, and of the same client. */
static void write_again(const struct tls_hello *h, enum tls_hello_change change)
{
	struct text record = TEXT_NULL, messages = TEXT_NULL;
	struct tls_hello again;

	if (!tls_hello_write(&record, h, change)) {
		if (tls_hello_unwrap(&messages, cursor_over(record.data,
							    record.len)) >= 0 ||
		    tls_hello_read(&again,
				   cursor_over(messages.data, messages.len)))
			abort();
		same(h->random, again.random);
		same(h->session, again.session);
		same(h->compressions, again.compressions);
		if (change == TLS_HELLO_AS_IT_WAS)
			same(h->ciphers, again.ciphers);
	}
	text_done(&messages);
	text_done(&record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct text messages = TEXT_NULL, name = TEXT_NULL;
	struct tls_answer answer;
	struct tls_hello hello;
	struct cursor c;

	if (tls_hello_unwrap(&messages, cursor_over(data, len)) > UINT8_MAX)
		abort();
	c = cursor_over(messages.data, messages.len);
	if (!tls_hello_read(&hello, c)) {
		if (!tls_hello_name(&name, &hello) &&
		    strlen(text_string(&name)) != name.len)
			abort();
		write_again(&hello, TLS_HELLO_AS_IT_WAS);
		write_again(&hello, TLS_HELLO_ALL_CIPHERS);
		write_again(&hello, TLS_HELLO_ALL_VERSIONS);
	}
	if (!tls_answer_read(&answer, c)) {
		struct cursor der = cursor_over(NULL, 0);

		if (cursor_left(&answer.certificate) > answer.certificate_len)
			abort();
		if (tls_answer_next(&answer.chain, &der))
			same(der, answer.certificate);
	}
	text_done(&name);
	text_done(&messages);
	return 0;
}

/* An answer to our own question. The first byte chooses the type that was asked
 * for; the id is the message's own, so that it gets further. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "net/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct cursor c = cursor_over(data, len);
	bool is_v6 = cursor_u8(&c) & 1;
	struct cursor message = c;
	const struct dns_question q = { .id = cursor_be16(&c),
					.type = is_v6 ? DNS_AAAA : DNS_A,
					.name = "vpn.example.org" };
	struct dns_answer a = { .count = 0 };

	if (!cursor_ok(&c))
		return 0;
	if (dns_answer_read(&a, message.pos, cursor_left(&message), &q) ==
		    DNS_READ &&
	    (a.count > DNS_ADDRESSES || strlen(a.alias) >= DNS_NAME_SIZE))
		abort();

	return 0;
}

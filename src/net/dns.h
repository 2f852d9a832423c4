#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "net/address.h"

/*
 * DNS messages (RFC 1035) as far as they give a name its addresses: a query is
 * written, an answer is read. No server is asked here. Names are text without
 * the last dot; bytes that are no plain character stand as '?'.
 */
enum dns_type { DNS_A = 1, DNS_CNAME = 5, DNS_AAAA = 28, DNS_OPT = 41 };

enum dns_rcode {
	DNS_NOERROR = 0,
	DNS_FORMERR = 1,
	DNS_SERVFAIL = 2,
	DNS_NXDOMAIN = 3,
	DNS_NOTIMP = 4,
	DNS_REFUSED = 5,
};

enum {
	DNS_IS_ANSWER = 0x8000,
	DNS_IS_TRUNCATED = 0x0200,
	DNS_RCODE = 0x000f,
	DNS_NAME_SIZE = 256, /* of a name as text, with its zero */
	DNS_QUERY_SIZE = 320,
	DNS_ADDRESSES = 16,
};

/* What is asked. */
struct dns_question {
	uint16_t id;
	enum dns_type type;
	const char *name;
	bool has_edns; /* with an OPT record (RFC 6891) */
};

/* Writes the query into out, of DNS_QUERY_SIZE bytes. Its length; 0 when the
 * name is none that DNS can carry. */
size_t dns_query(uint8_t *out, const struct dns_question *q);

struct dns_answer {
	unsigned rcode; /* enum dns_rcode, or another */
	bool is_truncated;
	struct address addresses[DNS_ADDRESSES];
	size_t count;
	char alias
		[DNS_NAME_SIZE]; /* where the CNAMEs lead; "": there is none */
	uint32_t ttl;            /* the least of what was used, in seconds */
};

/* What a message is. */
enum dns_reading { DNS_READ, DNS_OF_ANOTHER, DNS_BROKEN };

/* Reads an answer to this question. DNS_OF_ANOTHER: it answers another one, or
 * is none; DNS_BROKEN: it is ours and cannot be read to its end. */
enum dns_reading dns_answer_read(struct dns_answer *ret, const void *data,
				 size_t len, const struct dns_question *q);

/* Reads a name of the message that starts at c's, as far as it stands there:
 * compression ends it (questions have none). */
void dns_name_plain(char *out, size_t size, struct cursor *c);

/* As they compare: without regard to case or a last dot (RFC 4343). */
bool dns_name_equal(const char *a, const char *b);

/* "NXDOMAIN"; NULL for those without a name here. */
const char *dns_rcode_name(unsigned rcode);

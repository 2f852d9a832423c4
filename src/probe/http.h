#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/*
 * The head of an HTTP/1 answer (RFC 9112): its status and the fields that tell
 * who answers. The bytes are untrusted; nothing is copied.
 */
struct http_span {
	const char *data; /* NULL: the field is not there */
	size_t len;
};

struct http_answer {
	unsigned status; /* 100 to 599 */
	struct http_span reason, server, location, via;
	bool is_proxy;  /* it says that it is one */
	int64_t date_s; /* the server's clock, or 0 */
	size_t body;    /* where it begins; 0: the head is not all there */
};

/* False: it is no HTTP answer. */
bool http_parse(struct http_answer *ret, const void *data, size_t len);

/* "Sun, 06 Nov 1994 08:49:37 GMT" as seconds since the epoch; 0: it is none. */
int64_t http_date(const char *s, size_t len);

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

/*
 * What a server answers to a client's hello, as far as anybody can read it: the
 * version that it chose and, up to TLS 1.2, the certificate that it shows (RFC
 * 5246 7.4.1.3, 7.4.2). From TLS 1.3 on that is encrypted. A capture may have
 * the beginning of it only.
 *
 * The bytes are untrusted, and are messages that tls_hello_unwrap() took out of
 * their records. What is read points into them.
 */
struct tls_answer {
	uint16_t version; /* TLS_1_2 also where it is TLS 1.3 */
	/* Its own, the first of the chain: what there is of it. */
	struct cursor certificate;
	size_t certificate_len; /* of the whole; 0: none was seen */
	struct cursor chain;    /* all of them; bad where that is not whole */
};

/* 0; -EBADMSG: there is no hello of a server. */
int tls_answer_read(struct tls_answer *ret, struct cursor messages);

/* The next certificate of a chain, DER. False: there is no other. */
bool tls_answer_next(struct cursor *chain, struct cursor *ret);

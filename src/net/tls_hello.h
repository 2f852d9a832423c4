#pragma once

#include <stdint.h>

#include "base/cursor.h"
#include "base/text.h"

/*
 * How TLS begins, while it can be read by anybody (RFC 8446 4.1.2, 5.1; RFC
 * 5246 7.4.1): the client's hello, and the same written again with one thing
 * changed, so that what a service makes of it shows which thing it was. Nothing
 * is sent here. What the server says is net/tls_answer.h's.
 *
 * The bytes are untrusted. What is read points into them, and lives as long.
 */
enum tls_hello_change {
	TLS_HELLO_AS_IT_WAS,
	TLS_HELLO_ALL_CIPHERS,
	TLS_HELLO_ALL_VERSIONS, /* and ciphers */
};

/* As they stand in a hello. */
enum { TLS_1_0 = 0x0301, TLS_1_1, TLS_1_2, TLS_1_3 };

struct tls_hello {
	uint16_t version; /* that it has at its beginning: at most TLS_1_2 */
	uint16_t newest;  /* that is offered */
	struct cursor random, session, ciphers, compressions, extensions;
};

/* The handshake messages with which one side's bytes begin, without the heads of
 * their records, are added to ret, as far as there are any; warnings may stand
 * between them. The fatal alert that follows, or -1: there is none, or it is
 * encrypted. */
int tls_hello_unwrap(struct text *ret, struct cursor bytes);

/* The hello is the first message. 0; -ENODATA: it is not whole; -EBADMSG: it is
 * none. */
int tls_hello_read(struct tls_hello *ret, struct cursor messages);

/* The name that it asks for (SNI) is added to ret. 0; -ENOENT: none, or what is
 * no host's name. */
int tls_hello_name(struct text *ret, const struct tls_hello *h);

/* Another hello of it, in a record, is added to ret. What only the client could
 * go on with (a ticket's key) is left out. 0; -EMSGSIZE: no record holds it. */
int tls_hello_write(struct text *ret, const struct tls_hello *h,
		    enum tls_hello_change change);

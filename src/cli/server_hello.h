#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "cli/server.h"

/*
 * The hello with which a client opens TLS (RFC 8446 4.1.2), out of the capture,
 * and the same with one thing changed: what the service makes of it shows which
 * thing it was. The bytes are untrusted. The caller frees what is returned.
 */
enum hello_change {
	HELLO_AS_IT_WAS,
	HELLO_ALL_CIPHERS,
	HELLO_ALL_VERSIONS, /* and ciphers */
};

/* The record of this client's hello. 0; -ENODATA: it is not whole; -errno. */
int server_hello_read(struct text *ret, struct server *s,
		      const struct server_seen *seen);

/* The name that it asks for (SNI), cleaned of nothing. 0; -ENOENT: none. */
int server_hello_name(struct text *ret, const struct text *hello);

/* Another hello of it. What only the client can go on with (a ticket's key) is
 * left out. 0; -EBADMSG: it is none. */
int server_hello_change(struct text *ret, const struct text *hello,
			enum hello_change change);

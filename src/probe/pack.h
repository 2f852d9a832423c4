#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * SoftEther's "Pack": a list of named values, as its servers say hello with.
 * Everything is big-endian; a name's length counts one byte more than there is.
 * The bytes are untrusted; nothing is copied.
 */
struct pack_hello {
	const char *product; /* not terminated; NULL: there is none */
	size_t product_len;
	uint32_t version; /* 501 is 5.01 */
	uint32_t build;
	uint32_t error; /* 0: none */
};

/* False: this is no such list, or holds no hello. */
bool pack_hello(struct pack_hello *ret, const void *data, size_t len);

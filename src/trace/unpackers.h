#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The packings that captures are kept in: gzip (RFC 1952), zstd (RFC 8878) and
 * xz. Each is a state that takes bytes and gives bytes; where they come from,
 * and what stands behind the end of one, is unpack.c's concern.
 */
enum unpackers_answer {
	UNPACKERS_MORE,   /* wants more input or more room */
	UNPACKERS_END,    /* one whole stream is unpacked; ready for another */
	UNPACKERS_BROKEN, /* the input is damaged; why says how */
};

struct unpackers_io {
	const uint8_t *in; /* moved past what was used */
	size_t in_len;
	uint8_t *out; /* moved past what was written */
	size_t out_len;
	const char *why; /* of BROKEN; not translated, may be NULL */
};

struct unpacker {
	const char *name;
	void *(*open)(void); /* NULL: no memory */
	enum unpackers_answer (*step)(void *state, struct unpackers_io *io);
	void (*close)(void *state);
};

/* The longest magic number that unpackers_find() looks at. */
enum { UNPACKERS_MAGIC = 6 };

/* The packing whose stream begins so, or NULL. */
const struct unpacker *unpackers_find(const uint8_t *data, size_t len);

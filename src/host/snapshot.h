#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/*
 * What a machine answered, by question, in order: what is recorded there can be
 * judged elsewhere (host/reader_record.h). Which question, and what an answer
 * means, is not known here.
 *
 * The file: a head of 24 bytes and a body packed by zlib. Numbers are of the
 * network's byte order.
 *
 *	8  "kwsnap\r\n"
 *	1  version: 1
 *	1  1: the machine's own byte order is little-endian, 2: big-endian
 *	2  0
 *	4  CRC-32 of the unpacked body
 *	8  bytes of the unpacked body
 *
 * The body is entries, one behind the other: bytes of the key (4), bytes of the
 * answer (4), 0 or the error (4, signed), the key, the answer. The same key
 * stands there as often as it was asked.
 */
struct snapshot;

enum { SNAPSHOT_MOST = 512 << 20 /* bytes of a body */ };

/* NULL: no memory. NULL is freed. */
struct snapshot *snapshot_new(void);
void snapshot_free(struct snapshot *s);

/* Adds a copy of an answer. -ENOMEM; -EFBIG: no more is taken, from now on. */
int snapshot_add(struct snapshot *s, const struct text *key,
		 const struct text *answer, int error);

/* Whether an answer did not find room. */
bool snapshot_is_full(const struct snapshot *s);

size_t snapshot_count(const struct snapshot *s);

/* Whether this was ever asked. */
bool snapshot_has(const struct snapshot *s, const struct text *key);

/* What was answered when this was asked for the nth time, as often as this is
 * called; after the last, the last again. The answer is appended. -ENODATA: it
 * was never asked. */
int snapshot_next(struct snapshot *s, const struct text *key,
		  struct text *answer);

/* From the first answers again. */
void snapshot_rewind(struct snapshot *s);

/* Appends the file. -ENOMEM. */
int snapshot_write(const struct snapshot *s, struct text *ret);

enum snapshot_answer {
	SNAPSHOT_NONE = 1, /* no such file */
	SNAPSHOT_NEWER,    /* of a later version */
	SNAPSHOT_FOREIGN,  /* of a machine of the other byte order */
	SNAPSHOT_DAMAGED,
};

/* Of a file's bytes, which nobody vouches for. 0, -errno, or one of those. */
int snapshot_read(struct snapshot **ret, const void *data, size_t len);

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A reader over bytes we did not write.
 *
 * No read leaves the buffer. The first read that would marks the cursor bad,
 * and from then on every read yields zero or NULL. So a parser reads all it
 * needs and asks cursor_ok() once, before it believes any of it.
 *
 * Lengths found in the data go through cursor_take() or cursor_body(), never
 * through "-". The reads are inline because every packet passes through them.
 */
struct cursor {
	const uint8_t *pos;
	const uint8_t *end;
	bool bad;
};

static inline struct cursor cursor_over(const void *data, size_t len)
{
	const uint8_t *start = (const uint8_t *)data;

	/* No bytes may be nowhere: nothing is added to a null pointer then. */
	return (struct cursor){ .pos = start,
				.end = len ? start + len : start };
}

static inline bool cursor_ok(const struct cursor *c)
{
	return !c->bad;
}

/* Bytes not read yet; 0 once the cursor is bad. */
static inline size_t cursor_left(const struct cursor *c)
{
	return c->bad ? 0 : (size_t)(c->end - c->pos);
}

/* The next len bytes where they stand, or NULL. They belong to the buffer. */
static inline const uint8_t *cursor_bytes(struct cursor *c, size_t len)
{
	const uint8_t *here = c->pos;

	if (c->bad || len > (size_t)(c->end - c->pos)) {
		c->bad = true;
		return NULL;
	}

	c->pos += len;
	return here;
}

static inline uint8_t cursor_u8(struct cursor *c)
{
	const uint8_t *b = cursor_bytes(c, 1);

	return b ? b[0] : 0;
}

static inline uint16_t cursor_be16(struct cursor *c)
{
	const uint8_t *b = cursor_bytes(c, 2);

	if (!b)
		return 0;

	return (uint16_t)(b[0] << 8 | b[1]);
}

static inline uint16_t cursor_le16(struct cursor *c)
{
	const uint8_t *b = cursor_bytes(c, 2);

	if (!b)
		return 0;

	return (uint16_t)(b[1] << 8 | b[0]);
}

static inline uint32_t cursor_be32(struct cursor *c)
{
	const uint8_t *b = cursor_bytes(c, 4);

	if (!b)
		return 0;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	       (uint32_t)b[2] << 8 | b[3];
}

static inline uint32_t cursor_le32(struct cursor *c)
{
	const uint8_t *b = cursor_bytes(c, 4);

	if (!b)
		return 0;

	return (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 |
	       (uint32_t)b[1] << 8 | b[0];
}

static inline uint64_t cursor_be64(struct cursor *c)
{
	uint64_t high = cursor_be32(c);

	return high << 32 | cursor_be32(c);
}

static inline void cursor_skip(struct cursor *c, size_t len)
{
	(void)cursor_bytes(c, len);
}

/* The byte that the next cursor_u8() would give, or 0; never marks it bad. */
static inline uint8_t cursor_peek(const struct cursor *c)
{
	struct cursor ahead = *c;

	return cursor_u8(&ahead);
}

/* The next len bytes as a cursor of their own; c moves past them. */
static inline struct cursor cursor_take(struct cursor *c, size_t len)
{
	const uint8_t *b = cursor_bytes(c, len);

	if (!b)
		return (struct cursor){ .bad = true };

	return cursor_over(b, len);
}

/* As cursor_take(), but no more than there is: what a snaplen left of it. */
static inline struct cursor cursor_take_most(struct cursor *c, size_t len)
{
	size_t left = cursor_left(c);

	return cursor_take(c, len < left ? len : left);
}

/* What follows a header of head bytes, already read, inside a whole of total
 * bytes. Bad if total is less than head or more than there is. */
static inline struct cursor cursor_body(struct cursor *c, size_t total,
					size_t head)
{
	if (total < head) {
		c->bad = true;
		return (struct cursor){ .bad = true };
	}

	return cursor_take(c, total - head);
}

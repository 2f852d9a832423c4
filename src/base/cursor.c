#include "base/cursor.h"

struct cursor cursor_take(struct cursor *c, size_t len)
{
	const uint8_t *b = cursor_bytes(c, len);

	if (!b)
		return (struct cursor){ .bad = true };

	return cursor_over(b, len);
}

struct cursor cursor_take_most(struct cursor *c, size_t len)
{
	size_t left = cursor_left(c);

	return cursor_take(c, len < left ? len : left);
}

struct cursor cursor_body(struct cursor *c, size_t total, size_t head)
{
	if (total < head) {
		c->bad = true;
		return (struct cursor){ .bad = true };
	}

	return cursor_take(c, total - head);
}

#include <string.h>

#include "fix/room.h"

void room_put(struct text *out, const void *data, size_t len)
{
	text_bytes(out, data, len);
}

void room_put_list(struct text *out, const void *list, size_t size,
		   size_t count)
{
	const uint64_t number = count;

	room_put(out, &number, sizeof(number));
	room_put(out, list, size * count);
}

void room_put_string(struct text *out, const char *s)
{
	room_put_list(out, s ? s : "", 1, s ? strlen(s) : 0);
}

bool room_take(struct cursor *c, void *ret, size_t len)
{
	const uint8_t *bytes = cursor_bytes(c, len);

	if (bytes && len)
		memcpy(ret, bytes, len);
	else
		memset(ret, 0, len);
	return bytes;
}

void *room_take_list(struct cursor *c, struct arena *a, size_t size,
		     size_t *count)
{
	uint64_t number = 0;
	const uint8_t *bytes;

	*count = 0;
	if (!room_take(c, &number, sizeof(number)))
		return NULL;
	if (number > cursor_left(c) / size) {
		c->bad = true;
		return NULL;
	}

	bytes = cursor_bytes(c, (size_t)number * size);
	if (!bytes || !number)
		return NULL;
	*count = (size_t)number;
	return arena_copy(a, bytes, *count * size);
}

const char *room_take_string(struct cursor *c, struct arena *a)
{
	size_t len;
	const char *s = room_take_list(c, a, 1, &len);

	return s ? s : "";
}

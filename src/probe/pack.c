#include "probe/pack.h"

#include <string.h>

#include "base/cursor.h"

enum {
	ELEMENTS_MOST = 1024,
	VALUES_MOST = 4096,
	NAME_MOST = 256,
};

enum pack_type {
	PACK_NUMBER,
	PACK_DATA,
	PACK_TEXT,
	PACK_UNICODE,
	PACK_LONG,
};

struct value {
	uint32_t number;
	struct cursor bytes;
};

static struct value read_value(struct cursor *c, uint32_t type)
{
	struct value v = { 0 };

	if (type == PACK_NUMBER)
		v.number = cursor_be32(c);
	else if (type == PACK_LONG)
		cursor_skip(c, 8);
	else if (type == PACK_DATA || type == PACK_TEXT || type == PACK_UNICODE)
		v.bytes = cursor_take(c, cursor_be32(c));
	else
		c->bad = true;

	return v;
}

static bool is_name(struct cursor name, const char *s)
{
	size_t len = strlen(s);

	return cursor_left(&name) == len && !memcmp(name.pos, s, len);
}

static void keep(struct pack_hello *ret, struct cursor name, uint32_t type,
		 struct value v)
{
	if (type == PACK_TEXT && is_name(name, "hello")) {
		ret->product = (const char *)v.bytes.pos;
		ret->product_len = cursor_left(&v.bytes);
	} else if (type == PACK_NUMBER && is_name(name, "version")) {
		ret->version = v.number;
	} else if (type == PACK_NUMBER && is_name(name, "build")) {
		ret->build = v.number;
	} else if (type == PACK_NUMBER && is_name(name, "error")) {
		ret->error = v.number;
	}
}

static void read_element(struct pack_hello *ret, struct cursor *c)
{
	uint32_t len = cursor_be32(c);
	struct cursor name;
	uint32_t type, count;

	if (len < 1 || len > NAME_MOST) {
		c->bad = true;
		return;
	}
	name = cursor_take(c, len - 1);
	type = cursor_be32(c);
	count = cursor_be32(c);
	if (count > VALUES_MOST)
		c->bad = true;

	for (uint32_t i = 0; i < count && cursor_ok(c); i++) {
		struct value v = read_value(c, type);

		if (i == 0 && cursor_ok(c))
			keep(ret, name, type, v);
	}
}

bool pack_hello(struct pack_hello *ret, const void *data, size_t len)
{
	struct cursor c = cursor_over(data, len);
	uint32_t count = cursor_be32(&c);

	*ret = (struct pack_hello){ 0 };
	if (count > ELEMENTS_MOST)
		return false;
	for (uint32_t i = 0; i < count && cursor_ok(&c); i++)
		read_element(ret, &c);

	return cursor_ok(&c) && (ret->product || ret->error);
}

#include "nftrace/message.h"

enum { HEAD = 16, NETFILTER_HEAD = 4, ATTR_HEAD = 4, TYPE_MASK = 0x3fff };

uint16_t message_u16(struct cursor *c, bool is_big)
{
	return is_big ? cursor_be16(c) : cursor_le16(c);
}

uint32_t message_u32(struct cursor *c, bool is_big)
{
	return is_big ? cursor_be32(c) : cursor_le32(c);
}

/* Everything is aligned to four; behind the last one nothing has to be. */
static void skip_padding(struct cursor *c, size_t length)
{
	const size_t padding = -length & 3;

	cursor_skip(c, padding < cursor_left(c) ? padding : cursor_left(c));
}

bool message_next(struct cursor *c, bool is_big, struct message *ret)
{
	struct cursor body;
	uint32_t length;

	if (!cursor_left(c))
		return false;

	length = message_u32(c, is_big);
	ret->type = message_u16(c, is_big);
	cursor_skip(c, HEAD - 6);
	body = cursor_body(c, length, HEAD);
	skip_padding(c, length);
	ret->family = cursor_u8(&body);
	cursor_skip(&body, NETFILTER_HEAD - 1);
	ret->attrs = body;
	if (!cursor_ok(&body))
		c->bad = true;

	return cursor_ok(c);
}

bool message_attr_next(struct cursor *c, bool is_big, struct message_attr *ret)
{
	uint16_t length;

	if (!cursor_left(c))
		return false;

	length = message_u16(c, is_big);
	ret->type = message_u16(c, is_big) & TYPE_MASK;
	ret->value = cursor_body(c, length, ATTR_HEAD);
	skip_padding(c, length);

	return cursor_ok(c);
}

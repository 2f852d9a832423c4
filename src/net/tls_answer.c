#include "net/tls_answer.h"

#include <errno.h>

enum { HELLO_SERVER = 2, CERTIFICATE = 11, MAJOR = 3 };

static size_t take_24(struct cursor *c)
{
	size_t high = cursor_u8(c);

	return high << 16 | cursor_be16(c);
}

static void read_certificate(struct tls_answer *ret, struct cursor c)
{
	struct cursor all = c;
	size_t len = take_24(&all);

	ret->chain = cursor_take(&all, len);
	cursor_skip(&c, 3);
	len = take_24(&c);
	ret->certificate = cursor_take_most(&c, len);
	if (cursor_ok(&c))
		ret->certificate_len = len;
}

int tls_answer_read(struct tls_answer *ret, struct cursor messages)
{
	bool has_hello = false;

	*ret = (struct tls_answer){ .chain = { .bad = true } };
	while (cursor_left(&messages)) {
		uint8_t type = cursor_u8(&messages);
		size_t len = take_24(&messages);
		struct cursor body = cursor_take_most(&messages, len);

		if (!cursor_ok(&messages))
			break;
		if (!has_hello) {
			ret->version = cursor_be16(&body);
			has_hello = type == HELLO_SERVER && cursor_ok(&body) &&
				    ret->version >> 8 == MAJOR;
			if (!has_hello)
				break;
		} else if (type == CERTIFICATE) {
			read_certificate(ret, body);
			break;
		}
	}

	return has_hello ? 0 : -EBADMSG;
}

bool tls_answer_next(struct cursor *chain, struct cursor *ret)
{
	if (!cursor_left(chain))
		return false;

	*ret = cursor_take(chain, take_24(chain));
	return cursor_ok(chain);
}

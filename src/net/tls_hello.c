#include "net/tls_hello.h"

#include <errno.h>

enum {
	RECORD_ALERT = 21,
	RECORD_HANDSHAKE = 22,
	RECORD_MOST = 1 << 14,
	MAJOR = 3,
	FATAL = 2,
	HELLO_CLIENT = 1,
	HELLO_HEAD = 4,
	RANDOM = 32,
};

enum {
	EXTENSION_NAME = 0,
	EXTENSION_PRE_SHARED_KEY = 41,
	EXTENSION_EARLY_DATA = 42,
	EXTENSION_VERSIONS = 43,
	EXTENSION_KEY_SHARE = 51,
};

int tls_hello_unwrap(struct text *ret, struct cursor bytes)
{
	while (cursor_left(&bytes)) {
		uint8_t type = cursor_u8(&bytes);
		uint8_t major = cursor_u8(&bytes);
		struct cursor body;
		uint16_t len;

		cursor_skip(&bytes, 1);
		len = cursor_be16(&bytes);
		body = cursor_take_most(&bytes, len);
		if (!cursor_ok(&bytes) || major != MAJOR || len > RECORD_MOST)
			return -1;
		if (type == RECORD_HANDSHAKE)
			text_bytes(ret, body.pos, cursor_left(&body));
		else if (type != RECORD_ALERT || cursor_left(&body) != 2)
			return -1;
		else if (cursor_u8(&body) == FATAL)
			return cursor_u8(&body);
	}

	return -1;
}

/* The next extension's body. False: there is no other. */
static bool next_extension(struct cursor *c, uint16_t *type,
			   struct cursor *body)
{
	*type = cursor_be16(c);
	*body = cursor_take(c, cursor_be16(c));
	return cursor_ok(c);
}

static bool are_whole(struct cursor extensions)
{
	struct cursor body;
	uint16_t type;

	while (cursor_left(&extensions))
		if (!next_extension(&extensions, &type, &body))
			return false;

	return true;
}

static bool find_extension(const struct tls_hello *h, uint16_t wanted,
			   struct cursor *body)
{
	struct cursor c = h->extensions;
	uint16_t type;

	while (next_extension(&c, &type, body))
		if (type == wanted)
			return true;

	return false;
}

/* Values that are there to be ignored (RFC 8701) are no version. */
static uint16_t newest(const struct tls_hello *h)
{
	struct cursor body, list;
	uint16_t most = 0;

	if (!find_extension(h, EXTENSION_VERSIONS, &body))
		return h->version;

	list = cursor_take(&body, cursor_u8(&body));
	while (cursor_left(&list)) {
		uint16_t version = cursor_be16(&list);

		if (version > most && version <= TLS_1_3)
			most = version;
	}

	return most;
}

int tls_hello_read(struct tls_hello *ret, struct cursor messages)
{
	uint8_t type = cursor_u8(&messages);
	size_t len = (size_t)cursor_u8(&messages) << 16;
	struct cursor c;

	len |= cursor_be16(&messages);
	c = cursor_take(&messages, len);
	if (cursor_ok(&messages) && type != HELLO_CLIENT)
		return -EBADMSG;
	if (!cursor_ok(&messages))
		return -ENODATA;

	ret->version = cursor_be16(&c);
	ret->random = cursor_take(&c, RANDOM);
	ret->session = cursor_take(&c, cursor_u8(&c));
	ret->ciphers = cursor_take(&c, cursor_be16(&c));
	ret->compressions = cursor_take(&c, cursor_u8(&c));
	ret->extensions = cursor_left(&c) ? cursor_take(&c, cursor_be16(&c))
					  : cursor_over(NULL, 0);
	if (!cursor_ok(&c) || ret->version >> 8 != MAJOR ||
	    !are_whole(ret->extensions))
		return -EBADMSG;

	ret->newest = newest(ret);
	return 0;
}

int tls_hello_name(struct text *ret, const struct tls_hello *h)
{
	struct cursor body, name;
	size_t before = ret->len;

	if (!find_extension(h, EXTENSION_NAME, &body))
		return -ENOENT;

	cursor_skip(&body, 3); /* of the list, and that it is a host's */
	name = cursor_take(&body, cursor_be16(&body));
	while (cursor_left(&name)) {
		uint8_t b = cursor_u8(&name);

		/* What no host's name holds. */
		if (b <= ' ' || b > '~') {
			text_cut(ret, before);
			return -ENOENT;
		}
		text_char(ret, (char)b);
	}

	return ret->len > before ? 0 : -ENOENT;
}

static void put_number(struct text *out, size_t value)
{
	text_char(out, (char)(value >> 8));
	text_char(out, (char)(value & 0xff));
}

static void put_rest(struct text *out, struct cursor c)
{
	text_bytes(out, c.pos, cursor_left(&c));
}

/* Every suite that was ever numbered, behind the client's own. */
static void put_ciphers(struct text *out)
{
	static const struct {
		uint16_t first, last;
	} ranges[] = { { 0x1301, 0x1305 },
		       { 0xc001, 0xc0af },
		       { 0xcca8, 0xccae },
		       { 0x0001, 0x00c5 },
		       { 0xd001, 0xd005 } };

	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		for (unsigned n = ranges[i].first; n <= ranges[i].last; n++)
			put_number(out, n);
}

static void put_versions(struct text *out, bool has_key_share)
{
	static const uint8_t versions[] = {
		0, EXTENSION_VERSIONS, 0, 9, 8, 3, 4, 3, 3, 3, 2, 3, 1
	};
	static const uint8_t no_key[] = { 0, EXTENSION_KEY_SHARE, 0, 2, 0, 0 };

	text_bytes(out, versions, sizeof(versions));
	/* The server then asks for one. */
	if (!has_key_share)
		text_bytes(out, no_key, sizeof(no_key));
}

static void put_extensions(struct text *out, struct cursor c,
			   enum tls_hello_change change)
{
	bool has_key_share = false;
	struct cursor body;
	uint16_t type;

	while (next_extension(&c, &type, &body)) {
		if (type == EXTENSION_PRE_SHARED_KEY ||
		    type == EXTENSION_EARLY_DATA ||
		    (type == EXTENSION_VERSIONS &&
		     change == TLS_HELLO_ALL_VERSIONS))
			continue;
		has_key_share = has_key_share || type == EXTENSION_KEY_SHARE;
		put_number(out, type);
		put_number(out, cursor_left(&body));
		put_rest(out, body);
	}
	if (change == TLS_HELLO_ALL_VERSIONS)
		put_versions(out, has_key_share);
}

/* What follows the hello's head. */
static void put_body(struct text *out, const struct tls_hello *h,
		     enum tls_hello_change change)
{
	struct text part = TEXT_NULL;

	put_number(out,
		   change == TLS_HELLO_ALL_VERSIONS ? TLS_1_2 : h->version);
	put_rest(out, h->random);
	text_char(out, (char)cursor_left(&h->session));
	put_rest(out, h->session);
	put_rest(&part, h->ciphers);
	if (change != TLS_HELLO_AS_IT_WAS)
		put_ciphers(&part);
	put_number(out, part.len);
	text_bytes(out, part.data, part.len);
	text_char(out, (char)cursor_left(&h->compressions));
	put_rest(out, h->compressions);
	text_clear(&part);
	put_extensions(&part, h->extensions, change);
	if (part.len) {
		put_number(out, part.len);
		text_bytes(out, part.data, part.len);
	}
	out->failed = out->failed || !text_ok(&part);
	text_done(&part);
}

int tls_hello_write(struct text *ret, const struct tls_hello *h,
		    enum tls_hello_change change)
{
	struct text body = TEXT_NULL;
	int err = 0;

	put_body(&body, h, change);
	if (body.len > RECORD_MOST - HELLO_HEAD)
		err = -EMSGSIZE;
	if (!text_ok(&body))
		err = -ENOMEM;
	if (!err) {
		text_char(ret, RECORD_HANDSHAKE);
		put_number(ret, TLS_1_0); /* as all have it (RFC 8446 5.1) */
		put_number(ret, body.len + HELLO_HEAD);
		text_char(ret, HELLO_CLIENT);
		text_char(ret, 0);
		put_number(ret, body.len);
		text_bytes(ret, body.data, body.len);
	}
	text_done(&body);
	return err;
}

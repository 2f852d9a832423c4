#include "cli/server_hello.h"

#include <errno.h>

#include "base/cursor.h"
#include "base/problem.h"
#include "net/packet.h"
#include "trace/capture.h"

enum {
	RECORD_HEAD = 5,
	RECORD_HANDSHAKE = 22,
	RECORD_MOST = 1 << 14,
	HELLO_CLIENT = 1,
	RANDOM = 32,
	EXTENSION_NAME = 0,
	EXTENSION_PRE_SHARED_KEY = 41,
	EXTENSION_EARLY_DATA = 42,
	EXTENSION_VERSIONS = 43,
	EXTENSION_KEY_SHARE = 51,
};

struct hello {
	struct cursor random, session, ciphers, compressions, extensions;
};

struct collecting {
	const struct server_seen *seen;
	struct text *out;
	uint16_t port;
	uint32_t next;
	bool has_next;
};

static void collect(struct collecting *c, const struct packet *p)
{
	const struct server_seen *seen = c->seen;

	if (p->protocol != PACKET_TCP || p->sport != seen->client_port ||
	    p->dport != c->port || !address_equal(&p->src, &seen->client) ||
	    !address_equal(&p->dst, &seen->server) ||
	    p->time_ns < seen->first_ns || !p->payload_caplen ||
	    p->payload_caplen != p->payload_len || c->out->len > RECORD_MOST)
		return;
	if (c->has_next && p->tcp.seq != c->next)
		return;

	text_bytes(c->out, p->payload, p->payload_caplen);
	c->next = p->tcp.seq + p->payload_len;
	c->has_next = true;
}

static int take_frames(void *context, const struct frame *f, int count)
{
	struct packet p;

	for (int i = 0; i < count; i++) {
		packet_decode(&p, &f[i]);
		collect(context, &p);
	}

	return 0;
}

int server_hello_read(struct text *ret, struct server *s,
		      const struct server_seen *seen)
{
	struct collecting c = { .seen = seen,
				.out = ret,
				.port = s->question.port };
	struct source_sink sink = { .frames = take_frames, .context = &c };
	struct problems *problems = problems_new();
	struct source source;
	struct cursor record;
	size_t size = 0, len;
	void *data = NULL;
	int err = problems ? recording_map(&s->watch.capture, &data, &size)
			   : -ENOMEM;

	if (!err && size) {
		source = own_capture_source(data, size, VANTAGE_SERVER);
		err = source_read(&source, &sink, problems);
	}
	recording_unmap(data, size);
	problems_free(problems);
	if (err)
		return err;
	if (!ret->len || !text_ok(ret))
		return -ENODATA;

	record = cursor_over(ret->data, ret->len);
	len = cursor_u8(&record) == RECORD_HANDSHAKE ? RECORD_HEAD : 0;
	cursor_skip(&record, 2);
	len += cursor_be16(&record);
	if (!cursor_ok(&record) || len <= RECORD_HEAD || ret->len < len)
		return -ENODATA;
	text_cut(ret, len);
	return 0;
}

static int parse(struct hello *ret, const struct text *hello)
{
	struct cursor c = cursor_over(hello->data, hello->len);
	struct cursor body;
	uint8_t type;

	cursor_skip(&c, RECORD_HEAD);
	type = cursor_u8(&c);
	cursor_skip(&c, 1);
	body = cursor_take(&c, cursor_be16(&c));
	cursor_skip(&body, 2);
	ret->random = cursor_take(&body, RANDOM);
	ret->session = cursor_take(&body, cursor_u8(&body));
	ret->ciphers = cursor_take(&body, cursor_be16(&body));
	ret->compressions = cursor_take(&body, cursor_u8(&body));
	ret->extensions = cursor_left(&body)
				  ? cursor_take(&body, cursor_be16(&body))
				  : cursor_over(NULL, 0);
	return type == HELLO_CLIENT && cursor_ok(&c) && cursor_ok(&body)
		       ? 0
		       : -EBADMSG;
}

int server_hello_name(struct text *ret, const struct text *hello)
{
	struct hello h;
	int err = parse(&h, hello);

	while (!err && cursor_left(&h.extensions)) {
		uint16_t type = cursor_be16(&h.extensions);
		struct cursor body =
			cursor_take(&h.extensions, cursor_be16(&h.extensions));
		struct cursor name;

		if (type != EXTENSION_NAME)
			continue;
		cursor_skip(&body, 3);
		name = cursor_take(&body, cursor_be16(&body));
		for (size_t n = cursor_left(&name); n; n--) {
			uint8_t b = cursor_u8(&name);

			/* What no host's name holds. */
			if (b <= ' ' || b > '~')
				return -ENOENT;
			text_char(ret, (char)b);
		}
		return ret->len && text_ok(ret) ? 0 : -ENOENT;
	}

	return err ? err : -ENOENT;
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
			   enum hello_change change)
{
	bool has_key_share = false;

	while (cursor_left(&c)) {
		uint16_t type = cursor_be16(&c);
		struct cursor body = cursor_take(&c, cursor_be16(&c));

		if (type == EXTENSION_PRE_SHARED_KEY ||
		    type == EXTENSION_EARLY_DATA ||
		    (type == EXTENSION_VERSIONS &&
		     change == HELLO_ALL_VERSIONS))
			continue;
		has_key_share = has_key_share || type == EXTENSION_KEY_SHARE;
		put_number(out, type);
		put_number(out, cursor_left(&body));
		put_rest(out, body);
	}
	if (change == HELLO_ALL_VERSIONS)
		put_versions(out, has_key_share);
}

static void put_body(struct text *out, const struct hello *h, uint16_t version,
		     enum hello_change change)
{
	struct text part = TEXT_NULL;

	put_number(out, change == HELLO_ALL_VERSIONS ? 0x0303 : version);
	put_rest(out, h->random);
	text_char(out, (char)cursor_left(&h->session));
	put_rest(out, h->session);
	put_rest(&part, h->ciphers);
	if (change != HELLO_AS_IT_WAS)
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
	text_done(&part);
}

int server_hello_change(struct text *ret, const struct text *hello,
			enum hello_change change)
{
	struct cursor c = cursor_over(hello->data, hello->len);
	struct text body = TEXT_NULL;
	struct hello h;
	int err = parse(&h, hello);

	if (err)
		return err;

	cursor_skip(&c, RECORD_HEAD + 4);
	put_body(&body, &h, cursor_be16(&c), change);
	text_char(ret, RECORD_HANDSHAKE);
	put_number(ret, 0x0301);
	put_number(ret, body.len + 4);
	text_char(ret, HELLO_CLIENT);
	text_char(ret, 0);
	put_number(ret, body.len);
	text_bytes(ret, body.data, body.len);
	err = text_ok(&body) && text_ok(ret) ? 0 : -ENOMEM;
	text_done(&body);
	return err;
}

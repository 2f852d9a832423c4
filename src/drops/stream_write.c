#include "drops/stream_write.h"

#include <string.h>

#include "drops/stream.h"

static void put(struct text *out, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		text_char(out, (char)(value >> (8 * i) & 0xff));
}

static void put_string(struct text *out, const char *s)
{
	const size_t len = strnlen(s, UINT8_MAX);

	put(out, len, 1);
	text_bytes(out, s, len);
}

/* Its length is known once it is written. */
static size_t begin(struct text *out, enum stream_part type)
{
	const size_t at = out->len;

	put(out, type, 1);
	put(out, 0, 2);
	return at;
}

static void end(struct text *out, size_t at)
{
	const size_t len = out->len - at - STREAM_PART_HEAD;

	if (!text_ok(out))
		return;
	out->data[at + 1] = (char)(len & 0xff);
	out->data[at + 2] = (char)(len >> 8 & 0xff);
}

void stream_write_head(struct text *out)
{
	text_bytes(out, STREAM_MAGIC, STREAM_MAGIC_SIZE);
	put(out, STREAM_VERSION, 4);
}

void stream_write_attached(struct text *out)
{
	end(out, begin(out, STREAM_ATTACHED));
}

void stream_write_missing(struct text *out, const char *name)
{
	const size_t at = begin(out, STREAM_MISSING);

	put_string(out, name);
	end(out, at);
}

void stream_write_lost(struct text *out, uint64_t lost)
{
	const size_t at = begin(out, STREAM_LOST);

	put(out, lost, 8);
	end(out, at);
}

static void put_event(struct text *out, const struct record *r,
		      const char *reason)
{
	const uint8_t bytes[] = { r->what,      r->protocol,  r->flags,
				  r->icmp_type, r->icmp_code, r->old_state,
				  r->new_state };
	const uint64_t longs[] = { r->at_ns, r->key, r->count, r->cookie };
	const uint32_t words[] = {
		r->seq, r->device, (uint32_t)r->error, (uint32_t)r->soft_error,
		r->pid, r->uid
	};
	char program[sizeof(r->program) + 1] = { 0 };

	text_bytes(out, bytes, sizeof(bytes));
	text_bytes(out, r->from, sizeof(r->from));
	text_bytes(out, r->to, sizeof(r->to));
	put(out, r->from_port, 2);
	put(out, r->to_port, 2);
	for (size_t i = 0; i < sizeof(longs) / sizeof(*longs); i++)
		put(out, longs[i], 8);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		put(out, words[i], 4);
	memcpy(program, r->program, sizeof(r->program));
	put_string(out, program);
	put_string(out, reason);
}

void stream_write_event(struct text *out, const struct record *r,
			const char *reason, const char *const *names)
{
	const size_t at = begin(out, names ? STREAM_EVENT_STACK : STREAM_EVENT);

	put_event(out, r, reason);
	for (; names && *names; names++)
		put_string(out, *names);
	end(out, at);
}

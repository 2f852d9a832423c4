/* DNS over UDP (RFC 1035): what was asked, and how it was answered. */
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "net/dns.h"
#include "trace/flow_table.h"

enum { DNS_ANSWERS = 64 };

void flow_dns_recent(struct flow_table *t, const struct flow_key *key,
		     const struct flow *f)
{
	struct flow_key untagged = *key;

	untagged.tag = 0;
	t->recent_dns[flow_hash(t, &untagged) % RECENT] =
		(uint32_t)(f - t->flows) + 1;
}

struct flow *flow_dns_latest(struct flow_table *t, const struct flow_key *key)
{
	uint32_t index = t->recent_dns[flow_hash(t, key) % RECENT];
	struct flow *f = index ? &t->flows[index - 1] : NULL;

	if (!f || !address_equal(&f->addresses[FLOW_CLIENT], &key->src) ||
	    !address_equal(&f->addresses[FLOW_SERVER], &key->dst) ||
	    f->ports[FLOW_CLIENT] != key->sport)
		return NULL;

	return f;
}

/* FNV-1a; names are compared without regard to case (RFC 4343). */
static uint32_t name_hash(const char *name)
{
	uint32_t h = 2166136261U;

	for (; *name; name++)
		h = (h ^ ((uint8_t)*name | 0x20U)) * 16777619U;

	return h;
}

static void answered_with(struct flow_table *t, const struct flow *f,
			  const struct address *a)
{
	if (t->answer_count == ANSWERS_MOST)
		return;
	if (t->answer_count == t->answer_size) {
		uint32_t size = t->answer_size ? t->answer_size * 2 : 64;
		struct flow_answer *p = realloc(t->answers, size * sizeof(*p));

		if (!p) {
			t->no_memory = true;
			return;
		}
		t->answers = p;
		t->answer_size = size;
	}

	t->answers[t->answer_count++] = (struct flow_answer){
		.address = *a,
		.client = f->addresses[FLOW_CLIENT],
		.name = name_hash(t->notes[f->note].name),
	};
}

static void read_answers(struct flow_table *t, const struct flow *f,
			 struct cursor *c, unsigned count)
{
	char skipped[4];

	for (unsigned i = 0; i < count && i < DNS_ANSWERS; i++) {
		uint16_t type;
		struct cursor rdata;
		struct address a;

		dns_name_plain(skipped, sizeof(skipped), c);
		type = cursor_be16(c);
		cursor_skip(c, 6);
		rdata = cursor_take(c, cursor_be16(c));
		if (!cursor_ok(c))
			return;
		if (type == DNS_A && cursor_left(&rdata) == 4)
			a = address_v4(cursor_be32(&rdata));
		else if (type == DNS_AAAA && cursor_left(&rdata) == 16)
			a = address_v6(rdata.pos);
		else
			continue;
		answered_with(t, f, &a);
	}
}

static void from_bytes(struct flow_table *t, struct flow *f,
		       const struct packet *p)
{
	struct cursor c = cursor_over(p->payload, p->payload_caplen);
	unsigned flags, questions, answers;
	struct flow_note *note;

	cursor_skip(&c, 2);
	flags = cursor_be16(&c);
	questions = cursor_be16(&c);
	answers = cursor_be16(&c);
	cursor_skip(&c, 4);
	note = cursor_ok(&c) ? flow_note(t, f) : NULL;
	if (!note)
		return;

	if (questions) {
		dns_name_plain(note->name, sizeof(note->name), &c);
		cursor_skip(&c, 4);
	}
	if (!(flags & DNS_IS_ANSWER)) {
		f->said |= SAID_DNS_QUERY;
		return;
	}

	note->dns_rcode = flags & DNS_RCODE;
	f->said |= SAID_DNS_ANSWER;
	if (flags & DNS_IS_TRUNCATED)
		f->said |= SAID_DNS_TRUNCATED;
	if (questions <= 1)
		read_answers(t, f, &c, answers);
}

static bool word(const struct packet *p, const char *w)
{
	return memmem(p->words, p->words_len, w, strlen(w));
}

/* The name stands behind the type: "12345+ A? example.org. (29)". */
static void printed_name(struct flow_note *note, const struct packet *p)
{
	const char *at = memmem(p->words, p->words_len, "? ", 2);
	const char *end = p->words + p->words_len;
	size_t used = 0;

	for (at = at ? at + 2 : end; at<end && * at> ' '; at++)
		if (used + 1 < sizeof(note->name))
			note->name[used++] = *at;
	if (used && note->name[used - 1] == '.')
		used--;
	note->name[used] = '\0';
}

static void from_print(struct flow_table *t, struct flow *f, int direction,
		       const struct packet *p)
{
	struct flow_note *note = p->words_len ? flow_note(t, f) : NULL;

	if (!note)
		return;
	if (direction == FLOW_CLIENT) {
		f->said |= SAID_DNS_QUERY;
		printed_name(note, p);
		return;
	}

	f->said |= SAID_DNS_ANSWER;
	if (word(p, "NXDomain"))
		note->dns_rcode = DNS_NXDOMAIN;
	else if (word(p, "ServFail"))
		note->dns_rcode = DNS_SERVFAIL;
	else if (word(p, "Refused"))
		note->dns_rcode = DNS_REFUSED;
	if (memchr(p->words, '|', p->words_len < 16 ? p->words_len : 16))
		f->said |= SAID_DNS_TRUNCATED;
}

void flow_dns(struct flow_table *t, struct flow *f, int direction,
	      const struct packet *p)
{
	if (p->payload)
		from_bytes(t, f, p);
	else
		from_print(t, f, direction, p);
}

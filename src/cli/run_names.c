#include <string.h>

#include "base/cursor.h"
#include "cli/run.h"
#include "net/dns.h"

/* The question of a message. False: it has none, or more. */
static bool read_question(const struct run_message *m, struct dns_question *q,
			  char name[DNS_NAME_SIZE])
{
	struct cursor c = cursor_over(m->data, m->len);
	uint16_t count;

	q->id = cursor_be16(&c);
	(void)cursor_be16(&c);
	count = cursor_be16(&c);
	cursor_skip(&c, 6);
	dns_name_plain(name, DNS_NAME_SIZE, &c);
	q->type = (enum dns_type)cursor_be16(&c);
	q->name = name;
	return cursor_ok(&c) && count == 1 && *name &&
	       (q->type == DNS_A || q->type == DNS_AAAA);
}

static const struct run_message *message_at(const struct run *r, uint64_t i)
{
	return &r->messages[i % RUN_MESSAGES];
}

static uint64_t first(const struct run *r)
{
	return r->message_count > RUN_MESSAGES ? r->message_count - RUN_MESSAGES
					       : 0;
}

/* 1: it gives the name addresses; 0: it gives none; -1: it is no answer. */
static int read_answer(const struct run_message *m, struct dns_answer *ret,
		       char name[DNS_NAME_SIZE])
{
	struct dns_question q = { 0 };

	if (m->is_query || !read_question(m, &q, name) ||
	    dns_answer_read(ret, m->data, m->len, &q) != DNS_READ)
		return -1;

	return ret->count > 0;
}

static bool has_address(const struct dns_answer *d, const struct address *a)
{
	for (size_t i = 0; i < d->count; i++)
		if (address_equal(&d->addresses[i], a))
			return true;

	return false;
}

void run_names_of(const struct run *r, const struct address *a, char *ret)
{
	char name[DNS_NAME_SIZE];

	*ret = '\0';
	for (uint64_t i = first(r); i < r->message_count; i++) {
		struct dns_answer d = { 0 };

		if (read_answer(message_at(r, i), &d, name) > 0 &&
		    has_address(&d, a))
			memcpy(ret, name, sizeof(name));
	}
}

static bool is_found(const struct run *r, const char *wanted)
{
	char name[DNS_NAME_SIZE];

	for (uint64_t i = first(r); i < r->message_count; i++) {
		struct dns_answer d = { 0 };

		if (read_answer(message_at(r, i), &d, name) > 0 &&
		    dns_name_equal(name, wanted))
			return true;
	}

	return false;
}

/* With a search list, the name itself is what the others begin with. */
static bool is_shorter(const char *a, const char *b)
{
	size_t len = strlen(a);

	return len < strlen(b) && !strncmp(a, b, len) && b[len] == '.';
}

bool run_names_missing(const struct run *r, char *ret)
{
	char name[DNS_NAME_SIZE];

	*ret = '\0';
	for (uint64_t i = first(r); i < r->message_count; i++) {
		struct dns_question q = { 0 };

		if (!message_at(r, i)->is_query ||
		    !read_question(message_at(r, i), &q, name) ||
		    is_found(r, name))
			continue;
		if (!*ret || is_shorter(name, ret) || !is_shorter(ret, name))
			memcpy(ret, name, sizeof(name));
	}
	/* One of the list was found: then the name was. */
	for (uint64_t i = first(r); *ret && i < r->message_count; i++) {
		struct dns_answer d = { 0 };

		if (read_answer(message_at(r, i), &d, name) > 0 &&
		    is_shorter(ret, name))
			*ret = '\0';
	}

	return *ret;
}

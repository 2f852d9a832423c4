#include <string.h>

#include "base/cursor.h"
#include "base/file.h"
#include "cli/run.h"
#include "net/dns.h"
#include "net/hosts_file.h"

enum { INTERNET = 1 }; /* the class */

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
	return cursor_be16(&c) == INTERNET && cursor_ok(&c) && count == 1 &&
	       *name && (q->type == DNS_A || q->type == DNS_AAAA);
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

/* What may be a host in a word: HOST:PORT, USER@HOST, a URL, a line of sh. Moves
 * on behind it; false: there is no more. */
static bool next_host(const char **word, char *ret)
{
	static const char around[] = " \t\n/:@<>=,;'\"()[]{}?#&|";
	size_t len;

	*word += strspn(*word, around);
	len = strcspn(*word, around);
	if (!len)
		return false;
	if (len < DNS_NAME_SIZE)
		memcpy(ret, *word, len);
	ret[len < DNS_NAME_SIZE ? len : 0] = '\0';
	*word += len;
	return true;
}

static bool is_line_of(const char *host, const struct text *hosts,
		       const struct address *a)
{
	struct hosts_line lines[HOSTS_LINES];
	size_t count = hosts_file_find(lines, hosts->data, hosts->len, host);

	for (size_t i = 0; i < count; i++)
		if (address_equal(&lines[i].address, a))
			return true;

	return false;
}

/* Of a name that stands in /etc/hosts nobody is asked; but the program may have
 * been told it by its user. */
static bool find_in_hosts(const struct run *r, const struct address *a,
			  char *ret)
{
	static const size_t most = 1 << 20;
	struct text hosts = TEXT_NULL;
	bool is_there = false;

	if (file_load(&hosts, "/etc/hosts", most))
		text_clear(&hosts);
	for (char *const *word = r->argv; *word && hosts.len && !is_there;
	     word++) {
		const char *rest = *word;

		while (!is_there && next_host(&rest, ret))
			is_there = *ret && is_line_of(ret, &hosts, a);
	}
	text_done(&hosts);
	if (!is_there)
		*ret = '\0';
	return is_there;
}

void run_names_of(const struct run *r, const struct address *a, char *ret)
{
	char name[DNS_NAME_SIZE];

	if (find_in_hosts(r, a, ret))
		return;

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

/*
 * The ways in of those who look after this host: what is told by sshd of the
 * session that we run in, and the sessions that are open at it and at telnetd.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "cli/fix.h"
#include "host/listeners.h"
#include "host/owners.h"
#include "host/process.h"

enum { PORT_MOST = 65535, WORDS = 4 };

/* Parts a string at its blanks: how many there are, WORDS at most. */
static size_t part(const char *text, const char *words[WORDS],
		   size_t lens[WORDS])
{
	size_t count = 0;

	while (count < WORDS && *(text += strspn(text, " "))) {
		words[count] = text;
		lens[count] = strcspn(text, " ");
		text += lens[count++];
	}

	return count;
}

static bool read_port(const char *word, size_t len, uint16_t *ret)
{
	char *end;
	unsigned long n = strtoul(word, &end, 10);

	*ret = (uint16_t)n;
	return len && end == word + len && n && n <= PORT_MOST;
}

/* The environment is whoever's: what is no address is none. */
static bool read_connection(const char *text, struct fix_admin *a)
{
	const char *words[WORDS];
	size_t lens[WORDS];

	*a = (struct fix_admin){ 0 };
	return text && part(text, words, lens) == WORDS &&
	       address_parse(&a->client, words[0], lens[0]) &&
	       read_port(words[1], lens[1], &a->client_port) &&
	       address_parse(&a->server, words[2], lens[2]) &&
	       read_port(words[3], lens[3], &a->server_port);
}

/* The same without the server's address, which some have kept alone. */
static bool read_client(const char *text, struct fix_admin *a)
{
	const char *words[WORDS];
	size_t lens[WORDS];

	*a = (struct fix_admin){ 0 };
	return text && part(text, words, lens) == 3 &&
	       address_parse(&a->client, words[0], lens[0]) &&
	       read_port(words[1], lens[1], &a->client_port) &&
	       read_port(words[2], lens[2], &a->server_port);
}

size_t fix_admins_session(const char *connection, const char *client,
			  struct fix_admin *ret)
{
	return read_connection(connection, ret) || read_client(client, ret);
}

static bool is_login(int pid)
{
	static const char *const names[] = { "sshd",     "sshd-session",
					     "telnetd",  "in.telnetd",
					     "dropbear", "login",
					     "sshd-auth" };
	struct process p;

	if (process_read(pid, &p))
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strncmp(p.name, names[i], PROCESS_NAME - 1))
			return true;

	return p.is_sshd;
}

static bool is_known(const struct fix_admin *list, size_t count,
		     const struct listener *s)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].client_port == s->peer_port &&
		    address_equal(&list[i].client, &s->peer))
			return true;

	return false;
}

static size_t take_open(const struct listeners *l, const struct owners *o,
			struct fix_admin *list, size_t count)
{
	for (size_t i = 0; i < l->count && count < FIX_ADMINS; i++) {
		const struct listener *s = &l->list[i];
		const struct owner *owner = owners_of(o, s->inode);

		if (!owner || address_is_loopback(&s->peer) ||
		    is_known(list, count, s) || !is_login(owner->pid))
			continue;
		list[count++] = (struct fix_admin){
			.client = s->peer,
			.server = s->address,
			.client_port = s->peer_port,
			.server_port = s->port,
		};
	}

	return count;
}

/* Only what others came to is a way in: the service listens on that port. */
static void keep_served(struct listeners *open)
{
	const struct listeners_question q = { .where = "",
					      .states = 1U << TCP_LISTEN,
					      .protocol = IPPROTO_TCP };
	struct listeners all = { 0 };
	size_t kept = 0;

	if (listeners_read(&q, &all))
		all.count = 0;
	for (size_t i = 0; i < open->count; i++)
		for (size_t k = 0; k < all.count; k++)
			if (all.list[k].port == open->list[i].port) {
				open->list[kept++] = open->list[i];
				break;
			}
	open->count = kept;
	listeners_done(&all);
}

size_t fix_admins_open(struct fix_admin *list, size_t count)
{
	const struct listeners_question q = { .where = "",
					      .states = 1U << TCP_ESTABLISHED,
					      .protocol = IPPROTO_TCP };
	struct listeners l = { 0 };
	struct owners o = { 0 };

	if (!listeners_read(&q, &l)) {
		keep_served(&l);
		if (l.count && !owners_find(NULL, 0, &o))
			count = take_open(&l, &o, list, count);
		owners_done(&o);
	}
	listeners_done(&l);
	return count;
}

#include "nftrace/legacy.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* After what they need of libc's. */
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

enum { TABLES_MOST = 64 << 20, ROW = sizeof(struct legacy_chain) + 1 };

/* The same in both families, but for what is before it in an entry. */
struct family {
	const char *names;
	int domain, level, info, entries;
	size_t head; /* of an entry */
	size_t target_at, next_at;
};

static const struct family families[] = {
	{ "/proc/net/ip6_tables_names", AF_INET6, IPPROTO_IPV6,
	  IP6T_SO_GET_INFO, IP6T_SO_GET_ENTRIES, sizeof(struct ip6t_entry),
	  offsetof(struct ip6t_entry, target_offset),
	  offsetof(struct ip6t_entry, next_offset) },
	{ "/proc/net/ip_tables_names", AF_INET, IPPROTO_IP, IPT_SO_GET_INFO,
	  IPT_SO_GET_ENTRIES, sizeof(struct ipt_entry),
	  offsetof(struct ipt_entry, target_offset),
	  offsetof(struct ipt_entry, next_offset) },
};

struct walk {
	const struct ipt_getinfo *info; /* ip6t_getinfo is the same */
	const char *bytes;
	/* Rows and what follows them are shorter than what they tell of. */
	char *rows;
	size_t length, chain; /* where the chain begins */
	bool has_chain;
};

/* Of what its last byte stands for, there is no rule. */
static void end_chain(struct walk *w)
{
	struct legacy_chain c;

	if (!w->has_chain)
		return;
	memcpy(&c, w->rows + w->chain, sizeof(c));
	c.rules = (uint32_t)(w->length - w->chain - sizeof(c));
	c.rules -= c.rules > 0;
	memcpy(w->rows + w->chain, &c, sizeof(c));
}

/* The kernel's names are not longer than the room for them. */
static void put_name(char *to, size_t size, const char *name)
{
	memcpy(to, name, strnlen(name, size - 1));
}

static void begin_chain(struct walk *w, const char *name)
{
	struct legacy_chain c = { 0 };

	end_chain(w);
	put_name(c.table, sizeof(c.table), w->info->name);
	put_name(c.chain, sizeof(c.chain), name);
	w->chain = w->length;
	w->has_chain = true;
	memcpy(w->rows + w->length, &c, sizeof(c));
	w->length += sizeof(c);
}

/* NULL: no chain of the kernel's own begins here. */
static const char *built_in(const struct walk *w, unsigned offset)
{
	static const char *const hooks[NF_INET_NUMHOOKS] = {
		"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING",
	};

	for (unsigned i = 0; i < NF_INET_NUMHOOKS; i++)
		if ((w->info->valid_hooks & 1U << i) &&
		    w->info->hook_entry[i] == offset)
			return hooks[i];

	return NULL;
}

static unsigned word_at(const struct walk *w, size_t offset)
{
	uint16_t value;

	memcpy(&value, w->bytes + offset, sizeof(value));
	return value;
}

/* An entry that is a user's chain's name, or the table's end. */
static const char *named(const struct walk *w, unsigned target)
{
	const char *t = w->bytes + target;

	if (strncmp(t + offsetof(struct xt_error_target, target.u.user.name),
		    XT_ERROR_TARGET, sizeof(XT_ERROR_TARGET)) != 0)
		return NULL;
	return t + offsetof(struct xt_error_target, errorname);
}

/* What they do after they have matched, whoever calls them. */
static enum legacy_byte by_name(const char *name)
{
	static const struct {
		const char *name;
		enum legacy_byte does;
	} targets[] = {
		{ "REJECT", LEGACY_DROP },
		{ "DNAT", LEGACY_ACCEPT },
		{ "SNAT", LEGACY_ACCEPT },
		{ "MASQUERADE", LEGACY_ACCEPT },
		{ "REDIRECT", LEGACY_ACCEPT },
		{ "NETMAP", LEGACY_ACCEPT },
		{ "NFQUEUE", LEGACY_QUEUE },
		{ "LOG", LEGACY_CONTINUE },
		{ "NFLOG", LEGACY_CONTINUE },
		{ "MARK", LEGACY_CONTINUE },
		{ "CONNMARK", LEGACY_CONTINUE },
		{ "CT", LEGACY_CONTINUE },
		{ "SET", LEGACY_CONTINUE },
		{ "TCPMSS", LEGACY_CONTINUE },
		{ "TRACE", LEGACY_CONTINUE },
	};

	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		if (!strcmp(name, targets[i].name))
			return targets[i].does;

	return LEGACY_UNSAID;
}

/* linux/netfilter/x_tables.h: a standard verdict is below zero, the place of a
 * chain is not. */
static enum legacy_byte does(const struct walk *w, unsigned target)
{
	struct xt_standard_target t;

	memcpy(&t, w->bytes + target, sizeof(t));
	t.target.u.user.name[sizeof(t.target.u.user.name) - 1] = '\0';
	if (*t.target.u.user.name)
		return by_name(t.target.u.user.name);
	if (t.verdict >= 0)
		return LEGACY_JUMP;
	if (t.verdict == -NF_DROP - 1)
		return LEGACY_DROP;
	if (t.verdict == -NF_ACCEPT - 1)
		return LEGACY_ACCEPT;
	if (t.verdict == XT_RETURN)
		return LEGACY_RETURN;
	return t.verdict == -NF_QUEUE - 1 ? LEGACY_QUEUE : LEGACY_UNSAID;
}

static void walk_entries(struct walk *w, const struct family *f)
{
	const unsigned size = w->info->size;
	unsigned offset = 0;

	while (offset + f->head + sizeof(struct xt_standard_target) <= size) {
		const unsigned next = word_at(w, offset + f->next_at);
		const unsigned target =
			offset + word_at(w, offset + f->target_at);
		const char *name = built_in(w, offset);
		const char *user =
			target + sizeof(struct xt_error_target) <= size
				? named(w, target)
				: NULL;

		/* The last one is the table's end. */
		if (next < ROW || offset + next >= size ||
		    target + sizeof(struct xt_standard_target) > size)
			break;
		if (name || user)
			begin_chain(w, name ? name : user);
		if (!user && w->has_chain)
			w->rows[w->length++] = (char)does(w, target);
		offset += next;
	}
	end_chain(w);
}

static void note_table(struct record_file *file, const struct family *f, int fd,
		       const char *name)
{
	struct ipt_getinfo info = { 0 };
	struct ipt_get_entries *entries;
	struct walk w = { .info = &info };
	socklen_t size = sizeof(info);

	(void)snprintf(info.name, sizeof(info.name), "%s", name);
	if (getsockopt(fd, f->level, f->info, &info, &size) ||
	    info.size > TABLES_MOST)
		return;
	size = (socklen_t)(sizeof(*entries) + info.size);
	entries = calloc(1, size);
	w.rows = malloc(info.size);
	if (entries && w.rows) {
		(void)snprintf(entries->name, sizeof(entries->name), "%s",
			       name);
		entries->size = info.size;
		if (!getsockopt(fd, f->level, f->entries, entries, &size)) {
			w.bytes = (const char *)entries->entrytable;
			walk_entries(&w, f);
			(void)record_write(file, RECORD_CHAINS, w.rows,
					   w.length);
		}
	}
	free(entries);
	free(w.rows);
}

void legacy_note(struct record_file *file, bool is_v4)
{
	const struct family *f = &families[is_v4];
	int fd = socket(f->domain, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	FILE *names = fopen(f->names, "re");
	char name[LEGACY_NAME];

	while (fd >= 0 && names && fgets(name, sizeof(name), names)) {
		name[strcspn(name, "\n")] = '\0';
		note_table(file, f, fd, name);
	}
	if (names)
		(void)fclose(names);
	if (fd >= 0)
		(void)close(fd);
}

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

enum { CHAINS = 1024, TABLES_MOST = 64 << 20 };

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
	struct record_file *file;
	const struct ipt_getinfo *info; /* ip6t_getinfo is the same */
	const char *bytes;
	struct legacy_chain chains[CHAINS];
	size_t count;
};

/* Behind the last rule of each is its policy, or a return. */
static void flush(struct walk *w)
{
	for (size_t i = 0; i < w->count; i++)
		w->chains[i].rules--;
	if (w->count)
		(void)record_write(w->file, RECORD_CHAINS, w->chains,
				   w->count * sizeof(w->chains[0]));
	w->count = 0;
}

static void begin_chain(struct walk *w, const char *name)
{
	struct legacy_chain *c;

	if (w->count == CHAINS)
		flush(w);
	c = &w->chains[w->count++];
	memset(c, 0, sizeof(*c));
	(void)snprintf(c->table, sizeof(c->table), "%s", w->info->name);
	(void)snprintf(c->chain, sizeof(c->chain), "%s", name);
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

static void walk_entries(struct walk *w, const struct family *f)
{
	const unsigned size = w->info->size;
	unsigned offset = 0;

	while (offset + f->head + sizeof(struct xt_error_target) <= size) {
		const unsigned next = word_at(w, offset + f->next_at);
		const unsigned target =
			offset + word_at(w, offset + f->target_at);
		const char *name = built_in(w, offset);
		const char *user =
			target + sizeof(struct xt_error_target) <= size
				? named(w, target)
				: NULL;

		if (next < f->head || offset + next >= size)
			return;
		if (name || user)
			begin_chain(w, name ? name : user);
		if (!user && w->count)
			w->chains[w->count - 1].rules++;
		offset += next;
	}
}

static void note_table(struct record_file *file, const struct family *f, int fd,
		       const char *name)
{
	struct ipt_getinfo info = { 0 };
	struct ipt_get_entries *entries;
	struct walk w = { .file = file, .info = &info };
	socklen_t size = sizeof(info);

	(void)snprintf(info.name, sizeof(info.name), "%s", name);
	if (getsockopt(fd, f->level, f->info, &info, &size) ||
	    info.size > TABLES_MOST)
		return;
	size = (socklen_t)(sizeof(*entries) + info.size);
	entries = calloc(1, size + sizeof(struct xt_error_target));
	if (!entries)
		return;

	(void)snprintf(entries->name, sizeof(entries->name), "%s", name);
	entries->size = info.size;
	if (!getsockopt(fd, f->level, f->entries, entries, &size)) {
		w.bytes = (const char *)entries->entrytable;
		walk_entries(&w, f);
		flush(&w);
	}
	free(entries);
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

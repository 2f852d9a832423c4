#include "host/owners.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "host/reader.h"

#define LASTS_NS (800 * (int64_t)CLOCK_MILLISECOND)

enum { FIRST_ROOM = 8 };

static const char prefix[] = "socket:[";

/* Decimal digits, up to what ends them; false: it is no number. */
static bool number(const char *s, char end, uint32_t *ret)
{
	char *behind;
	unsigned long value;

	if (*s < '0' || *s > '9')
		return false;

	errno = 0;
	value = strtoul(s, &behind, 10);
	*ret = (uint32_t)value;
	return !errno && *behind == end && value <= UINT32_MAX;
}

static bool is_wanted(const uint32_t *inodes, size_t count, uint32_t inode)
{
	for (size_t i = 0; i < count; i++)
		if (inodes[i] == inode)
			return true;

	return !inodes;
}

static int add(struct owners *o, struct owner one)
{
	if (o->count == o->room) {
		size_t room = o->room ? o->room * 2 : FIRST_ROOM;
		struct owner *more = realloc(o->list, room * sizeof(*o->list));

		if (!more)
			return -ENOMEM;
		o->list = more;
		o->room = room;
	}

	o->list[o->count++] = one;
	return 0;
}

struct search {
	const uint32_t *inodes;
	size_t count;
	struct text links; /* scratch */
	struct owners *ret;
};

static int search_links(struct search *s, uint32_t pid)
{
	const char *name, *to;
	size_t at = 0;
	int error = 0;

	while (!error && (name = reader_string(&s->links, &at)) != NULL &&
	       (to = reader_string(&s->links, &at)) != NULL) {
		uint32_t fd, inode;

		if (!strncmp(to, prefix, sizeof(prefix) - 1) &&
		    number(to + sizeof(prefix) - 1, ']', &inode) &&
		    is_wanted(s->inodes, s->count, inode) &&
		    number(name, '\0', &fd))
			error = add(s->ret, (struct owner){ .inode = inode,
							    .pid = (int)pid,
							    .fd = (int)fd });
	}

	return error;
}

static int search_process(struct search *s, uint32_t pid)
{
	struct text path = TEXT_NULL;
	int error;

	text_format(&path, "/proc/%u/fd", pid);
	text_clear(&s->links);
	error = reader_links(text_string(&path), &s->links);
	text_done(&path);
	if (error == -ENOMEM)
		return error;
	/* One that has ended meanwhile has nothing open. */
	if (error && error != -ENOENT && error != -ESRCH)
		s->ret->is_partial = true;

	return error ? 0 : search_links(s, pid);
}

int owners_find(const uint32_t *inodes, size_t count, struct owners *ret)
{
	struct search s = { .inodes = inodes, .count = count, .ret = ret };
	struct text names = TEXT_NULL;
	const char *name;
	size_t at = 0;
	int error;

	*ret = (struct owners){ 0 };
	if (inodes && !count)
		return 0;

	error = reader_names("/proc", &names);
	while (!error && (name = reader_string(&names, &at)) != NULL) {
		uint32_t pid;

		if (number(name, '\0', &pid))
			error = search_process(&s, pid);
	}
	text_done(&names);
	text_done(&s.links);
	return error;
}

void owners_done(struct owners *o)
{
	free(o->list);
	*o = (struct owners){ 0 };
}

const struct owner *owners_of(const struct owners *o, uint32_t inode)
{
	for (size_t i = 0; i < o->count; i++)
		if (o->list[i].inode == inode)
			return &o->list[i];

	return NULL;
}

static int refresh(struct owners_cache *c)
{
	owners_done(&c->all);
	c->at_ns = clock_now();
	return owners_find(NULL, 0, &c->all);
}

static int pick(const struct owners *all, const uint32_t *inodes, size_t count,
		struct owners *ret)
{
	int error = 0;

	*ret = (struct owners){ .is_partial = all->is_partial };
	for (size_t i = 0; i < all->count && !error; i++)
		if (is_wanted(inodes, count, all->list[i].inode))
			error = add(ret, all->list[i]);

	return error;
}

/* A socket that is new since then is not in it. */
static bool has_all(const struct owners *o, const uint32_t *inodes,
		    size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!owners_of(o, inodes[i]))
			return false;

	return true;
}

int owners_find_cached(struct owners_cache *c, const uint32_t *inodes,
		       size_t count, struct owners *ret)
{
	int64_t now = clock_now();
	bool is_old = !c->at_ns || now - c->at_ns > LASTS_NS;
	int error;

	*ret = (struct owners){ 0 };
	if (!count)
		return 0;

	error = is_old ? refresh(c) : 0;
	if (!error)
		error = pick(&c->all, inodes, count, ret);
	if (error || is_old || has_all(ret, inodes, count))
		return error;

	owners_done(ret);
	error = refresh(c);
	return error ? error : pick(&c->all, inodes, count, ret);
}

void owners_cache_done(struct owners_cache *c)
{
	owners_done(&c->all);
	c->at_ns = 0;
}

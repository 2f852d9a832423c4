#include "base/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"

struct problems {
	struct arena *arena;
	uint64_t count;
	size_t kept;
	struct problem list[PROBLEMS_KEPT];
};

struct problems *problems_new(void)
{
	struct problems *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;

	p->arena = arena_new();
	if (!p->arena) {
		free(p);
		return NULL;
	}

	return p;
}

void problems_free(struct problems *p)
{
	if (!p)
		return;

	arena_free(p->arena);
	free(p);
}

void problems_add(struct problems *p, const struct problem *where,
		  const char *format, ...)
{
	char text[512];
	struct problem *kept;
	va_list ap;

	p->count++;
	if (p->kept == PROBLEMS_KEPT)
		return;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);

	kept = &p->list[p->kept];
	*kept = *where;
	kept->text = arena_string(p->arena, text);
	if (where->excerpt)
		kept->excerpt = arena_string(p->arena, where->excerpt);
	if (kept->text)
		p->kept++;
}

uint64_t problems_count(const struct problems *p)
{
	return p->count;
}

const struct problem *problems_at(const struct problems *p, size_t i)
{
	return i < p->kept ? &p->list[i] : NULL;
}

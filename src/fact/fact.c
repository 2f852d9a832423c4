#include "fact/fact.h"

#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"

static const struct {
	const char *id;
	enum fact_shown shown;
	const char *sentence;
} rows[] = {
	[FACT_NONE] = { "none", SHOWN_CONTEXT, "" },

#define X(name, id, shown, sentence)                                           \
	[FACT_##name] = { id, SHOWN_##shown, sentence },
#include "fact/kinds.def"
#undef X
};

_Static_assert(sizeof(rows) / sizeof(*rows) == FACT_KINDS, "a fact has no row");

const char *fact_id(enum fact_kind kind)
{
	return rows[kind].id;
}

const char *fact_sentence(enum fact_kind kind)
{
	return rows[kind].sentence;
}

enum fact_shown fact_shown(enum fact_kind kind)
{
	return rows[kind].shown;
}

const char *vantage_name(enum vantage v)
{
	static const char *const names[VANTAGES] = {
		[VANTAGE_UNKNOWN] = "unknown",
		[VANTAGE_CLIENT] = "client",
		[VANTAGE_SERVER] = "server",
		[VANTAGE_ROUTER] = "router",
	};

	return names[v];
}

enum fact_kind fact_find(const char *id)
{
	for (int k = FACT_NONE + 1; k < FACT_KINDS; k++)
		if (!strcmp(rows[k].id, id))
			return (enum fact_kind)k;

	return FACT_NONE;
}

const struct fact *facts_get(const struct facts *f, enum fact_kind kind)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->list[i].kind == kind)
			return &f->list[i];

	return NULL;
}

void facts_forget(struct facts *f, enum fact_kind kind)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->count; i++)
		if (f->list[i].kind != kind)
			f->list[kept++] = f->list[i];
	f->count = kept;
	fact_remove(&f->set, kind);
}

/* Room for one more; the old list stays behind in the arena. */
static struct fact *add(struct facts *f)
{
	if (!f->list || f->count == f->room) {
		size_t room = f->room ? f->room * 2 : 16;
		struct fact *list = arena_alloc(f->arena, room * sizeof(*list));

		if (!list) {
			f->failed = true;
			return NULL;
		}
		if (f->count)
			memcpy(list, f->list, f->count * sizeof(*list));
		f->list = list;
		f->room = room;
	}

	/* What was forgotten may have stood here. */
	f->list[f->count] = (struct fact){ 0 };
	return &f->list[f->count++];
}

static struct fact *slot_of(struct facts *f, enum fact_kind kind)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->list[i].kind == kind)
			return &f->list[i];

	return add(f);
}

void fact_tell_list(struct facts *f, enum fact_kind kind, const char *source,
		    const struct culprit *culprit, const char *format,
		    va_list ap)
{
	struct fact *fact = slot_of(f, kind);
	struct text t = TEXT_NULL;

	if (!fact)
		return;

	if (!fact->kind)
		*fact = (struct fact){ .kind = kind,
				       .vantage = f->vantage ? f->vantage
							     : VANTAGE_CLIENT,
				       .source = source,
				       .at_ns = clock_wall() };
	fact_add(&f->set, kind);
	if (!fact->culprit)
		fact->culprit = culprit;
	if (!format || fact->text)
		return;

	text_format_list(&t, format, ap);
	fact->text = arena_string(f->arena, text_string(&t));
	f->failed = f->failed || !fact->text;
	text_done(&t);
}

void fact_tell(struct facts *f, enum fact_kind kind, const char *source,
	       const struct culprit *culprit, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fact_tell_list(f, kind, source, culprit, format, ap);
	va_end(ap);
}

void facts_join(struct facts *a, const struct facts *b)
{
	for (size_t i = 0; i < b->count; i++) {
		struct fact *fact = slot_of(a, b->list[i].kind);

		if (fact && !fact->kind)
			*fact = b->list[i];
		fact_add(&a->set, b->list[i].kind);
	}
}

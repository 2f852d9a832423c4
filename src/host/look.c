#include "host/look.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netlink.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "host/links.h"
#include "host/netlink.h"
#include "host/owners.h"
#include "host/reader.h"

struct looks {
	struct case_record *record;
	struct netlink *route;
	struct links links;
	struct looking *list; /* look_count of them */
	int64_t *took_ns;
	bool *is_told; /* its step */
	struct look_question question;
	struct owners_cache owners;
};

void look_tell(struct looking *l, enum fact_kind kind,
	       const struct culprit *culprit, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fact_tell_list(l->facts, kind, l->look->id, culprit, format, ap);
	va_end(ap);
}

bool look_is_told(const struct looking *l, enum fact_kind kind)
{
	return fact_has(&l->facts->set, kind) ||
	       fact_has(&l->record->general.set, kind);
}

static const enum fact_kind nothing[] = { FACT_LISTENER_NONE,
					  FACT_LISTENER_NONE_HERE,
					  FACT_LISTENER_STRAY,
					  FACT_LISTENER_STRAYS };

bool look_nothing_listens(const struct looking *l)
{
	for (size_t i = 0; i < sizeof(nothing) / sizeof(*nothing); i++)
		if (look_is_told(l, nothing[i]))
			return true;

	return false;
}

void look_forget_nothing_listens(struct looking *l)
{
	look_forget(l, nothing, sizeof(nothing) / sizeof(*nothing));
}

void look_step(struct looking *l, enum step_status status, const char *format,
	       ...)
{
	struct text t = TEXT_NULL;
	va_list ap;

	va_start(ap, format);
	text_format_list(&t, format, ap);
	va_end(ap);
	l->status = status;
	l->text = arena_string(l->record->arena, text_string(&t));
	text_done(&t);
}

void look_forget(struct looking *l, const enum fact_kind *kinds, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		facts_forget(l->facts, kinds[i]);
		facts_forget(&l->record->general, kinds[i]);
	}
}

bool look_is_this(const struct looking *l, uint64_t grown)
{
	enum { OTHERS = 2 };

	const uint64_t packets = l->question->packets;

	return grown && grown >= packets && grown <= 2 * packets + OTHERS;
}

void look_blocked(struct looking *l, int err)
{
	bool is_denied = err == -EPERM || err == -EACCES;
	struct text t = TEXT_NULL;

	if (is_denied && l->look->needs)
		text_format(&t, _("It needs %s."), l->look->needs);
	else if (err == -ENODATA)
		text_str(&t, _("It could not be read here."));
	else
		text_str(&t, strerror(-err));
	case_not_looked(l->record, l->look->id, text_string(&t));
	if (!l->text)
		look_step(l, STEP_BLOCKED, "%s", text_string(&t));
	text_done(&t);
}

/* What says that nothing was found stands no more; what was found does. */
static void withdraw(const struct looking *l, struct facts *f)
{
	for (size_t i = f->count; i-- > 0;) {
		enum fact_kind kind = f->list[i].kind;

		if (!strcmp(f->list[i].source, l->look->id) &&
		    fact_shown(kind) == SHOWN_CONTEXT)
			facts_forget(f, kind);
	}
}

/* A saved host that was not asked all of this: it was not looked. */
static void look_missed(struct looking *l)
{
	withdraw(l, l->facts);
	withdraw(l, &l->record->general);
	case_not_looked(l->record, l->look->id,
			_("What was saved of the host does not hold it all."));
}

typedef int look_call(struct looking *l);

/* What could not be read is known to be so; only memory ends it all. */
static int call(struct looks *s, size_t i, look_call *function)
{
	int64_t began = clock_now();
	size_t missed = reader_missed();
	int err = function ? function(&s->list[i]) : 0;

	s->took_ns[i] += clock_now() - began;
	if (reader_missed() != missed)
		look_missed(&s->list[i]);
	if (err < 0 && err != -ENOMEM)
		look_blocked(&s->list[i], err);

	return err == -ENOMEM ? err : 0;
}

static void place(struct looks *s, const struct look_question *question,
		  const struct fact_set *seen, struct facts *facts)
{
	owners_cache_renew(&s->owners);
	s->question = *question;
	s->question.owners = &s->owners;
	for (size_t i = 0; i < look_count; i++) {
		s->list[i].question = &s->question;
		s->list[i].seen = seen;
		s->list[i].facts = facts;
	}
}

static int begin(struct looks *s, const struct look_question *question)
{
	int err = netlink_open(&s->route, NETLINK_ROUTE);

	if (!err)
		err = links_read(s->route, &s->links);
	if (err)
		return err;

	for (size_t i = 0; i < look_count && !err; i++) {
		struct looking *l = &s->list[i];

		*l = (struct looking){
			.look = look_list[i],
			.record = s->record,
			.links = &s->links,
			.route = s->route,
			.state = calloc(1, look_list[i]->state_size + 1),
		};
		if (!l->state)
			err = -ENOMEM;
	}
	if (err)
		return err;

	place(s, question, NULL, &s->record->general);
	for (size_t i = 0; i < look_count && !err; i++)
		err = call(s, i, look_list[i]->before);
	return err;
}

struct looks *looks_new(struct case_record *record,
			const struct look_question *question, int *err)
{
	struct looks *s = calloc(1, sizeof(*s));

	*err = -ENOMEM;
	if (!s)
		return NULL;

	s->record = record;
	s->list = calloc(look_count + 1, sizeof(*s->list));
	s->took_ns = calloc(look_count + 1, sizeof(*s->took_ns));
	s->is_told = calloc(look_count + 1, sizeof(*s->is_told));
	if (s->list && s->took_ns && s->is_told)
		*err = begin(s, question);
	if (*err) {
		looks_free(s);
		return NULL;
	}

	return s;
}

void looks_free(struct looks *s)
{
	if (!s)
		return;

	for (size_t i = 0; s->list && i < look_count; i++) {
		if (s->list[i].state && s->list[i].look->done)
			s->list[i].look->done(&s->list[i]);
		free(s->list[i].state);
	}
	owners_cache_done(&s->owners);
	links_done(&s->links);
	netlink_close(s->route);
	free(s->list);
	free(s->took_ns);
	free(s->is_told);
	free(s);
}

void looks_steps(struct looks *s)
{
	for (size_t i = 0; i < look_count; i++) {
		const struct looking *l = &s->list[i];

		if (!l->text || s->is_told[i])
			continue;
		s->is_told[i] = true;
		case_step(s->record, l->look->id, l->status, s->took_ns[i],
			  l->text);
	}
}

/* What is not for this host's own IP meets few of its things. */
static bool is_concerned(const struct looks *s, size_t i)
{
	return !s->question.is_bridged || look_list[i]->sees_bridged;
}

int looks_client(struct looks *s, const struct look_question *question,
		 struct facts *facts)
{
	int err = 0;

	place(s, question, NULL, facts);
	for (size_t i = 0; i < look_count && !err; i++)
		if (is_concerned(s, i))
			err = call(s, i, look_list[i]->client);
	return err;
}

int looks_anybody(struct looks *s, const struct look_question *question,
		  struct facts *facts)
{
	int err = 0;

	place(s, question, NULL, facts);
	for (size_t i = 0; i < look_count && !err; i++)
		err = call(s, i, look_list[i]->anybody);
	return err;
}

int looks_after(struct looks *s, const struct look_question *question,
		const struct fact_set *seen, struct facts *facts)
{
	int err = 0;

	place(s, question, seen, facts);
	for (size_t i = 0; i < look_count && !err; i++)
		if (is_concerned(s, i))
			err = call(s, i, look_list[i]->after);
	return err;
}

const struct links *looks_links(const struct looks *s)
{
	return &s->links;
}

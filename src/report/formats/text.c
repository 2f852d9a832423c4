/*
 * For people: numbered steps, as one would post them in a ticket. Flows that
 * fail in the same way at the same service are told once and counted.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "diag/next.h"
#include "report/words.h"

enum {
	GROUPS_MOST = 20, /* told in full; the others are in the counts */
	CAUSES_TOLD = 8,  /* titles of what is left; the rest by id */
	WIDTH = 78,
};

struct group {
	struct verdict verdict; /* its lists are not read */
	struct address server;
	uint16_t port;
	uint64_t count;
	char *told; /* the text about the first of them */
};

struct report_groups {
	struct group list[GROUPS_MOST];
	size_t count;
	uint64_t untold; /* flows of groups beyond these */
};

static void paint(struct report *r, const char *sgr)
{
	if (r->options->colour)
		text_str(&r->out, sgr);
}

static void begin_text(struct report *r)
{
	r->groups = calloc(1, sizeof(*r->groups));
	if (!r->groups)
		r->failed = true;
}

static void tell_head(struct text *t, const struct report_flow *f)
{
	words_end(t, f, false);
	text_str(t, " > ");
	words_end(t, f, true);
	text_format(t, " (%s)", f->transport);
}

static void tell_verdict(struct text *t, const struct report_flow *f)
{
	const struct verdict *v = f->verdict;

	text_str(t, _("  1. Verdict: "));
	words_verdict(t, f);
	text_format(t, "\n     %s, %s", words_status(v->status),
		    symptom_id(v->symptom));
	if (v->certainty != CERTAINTY_NONE)
		text_format(t, ", %s, %s", words_certainty(v->certainty),
			    words_place(v->place));
	text_char(t, '\n');
	if (v->culprit == CULPRIT_NONE)
		return;

	text_str(t, v->certainty == CERTAINTY_SUSPECTED
			    ? _("     Most likely to blame: ")
			    : _("     To blame: "));
	words_culprit(t, f);
	text_char(t, '\n');
}

static void tell_line(struct text *t, const struct packet_line *l, bool *shown)
{
	if (!l->file || *shown)
		return;

	*shown = true;
	text_format(t, "       #%u ", l->frame);
	words_clean(t, l->line ? l->line : _("(not read again)"));
	text_char(t, '\n');
}

static void tell_evidence(struct text *t, const struct report_flow *f)
{
	bool shown[SHOWN_PACKETS] = { false };

	text_str(t, _("  2. Evidence\n"));
	for (int k = FACT_NONE + 1; k < FACT_KINDS; k++) {
		enum fact_kind kind = (enum fact_kind)k;
		enum fact_shown with = fact_shown(kind);

		if (!fact_has(f->facts, kind) || with == SHOWN_CONTEXT)
			continue;
		text_str(t, "     - ");
		words_fact(t, f, kind);
		text_char(t, '\n');
		if (with < SHOWN_PACKETS)
			tell_line(t, &f->lines[with], &shown[with]);
	}
}

/* A list of ids, wrapped. */
static void tell_id(struct text *t, size_t *column, const char *id,
		    const char *indent)
{
	size_t len = strlen(id) + 2;

	if (*column && *column + len > WIDTH) {
		text_str(t, ",\n");
		*column = 0;
	}
	if (!*column) {
		text_str(t, indent);
		*column = strlen(indent);
	} else {
		text_str(t, ", ");
	}
	text_str(t, id);
	*column += len;
}

static void tell_ruled_out(struct text *t, const struct verdict *v)
{
	bool told[FACT_KINDS] = { false };
	size_t first = 0;

	while (first < v->ruled_out_count && v->ruled_out[first].is_missing)
		first++;
	if (first == v->ruled_out_count)
		return;

	text_str(t, _("  3. Ruled out\n"));
	for (size_t i = 0; i < v->ruled_out_count; i++) {
		const struct exclusion *x = &v->ruled_out[i];
		size_t column = 0;

		if (x->is_missing || told[x->by])
			continue;
		told[x->by] = true;
		text_format(t, "     - %s\n", _(fact_sentence(x->by)));
		for (size_t k = i; k < v->ruled_out_count; k++)
			if (v->ruled_out[k].by == x->by &&
			    !v->ruled_out[k].is_missing)
				tell_id(t, &column, v->ruled_out[k].cause->id,
					"       ");
		text_char(t, '\n');
	}
}

static void tell_cause(struct text *t, const struct cause *c)
{
	text_format(t, "     - %s (%s)\n", _(c->title), c->id);
}

static void tell_left(struct text *t, const struct verdict *v)
{
	size_t column = 0;

	if (!v->cause)
		return;

	text_format(t,
		    ngettext("  4. What is left: %zu cause, likeliest first\n",
			     "  4. What is left: %zu causes, likeliest first\n",
			     v->alternative_count + 1),
		    v->alternative_count + 1);
	tell_cause(t, v->cause);
	for (size_t i = 0; i < v->alternative_count; i++) {
		if (i + 1 < CAUSES_TOLD)
			tell_cause(t, v->alternatives[i]);
		else
			tell_id(t, &column, v->alternatives[i]->id, "       ");
	}
	if (column)
		text_char(t, '\n');
}

static void tell_next(struct text *t, const struct report_flow *f)
{
	const struct next_step *n = next_at(f->verdict, f->facts, 0);
	const struct cause *c = f->verdict->cause;

	if (!n && !c)
		return;

	text_str(t, _("  5. Next\n"));
	for (size_t i = 0; (n = next_at(f->verdict, f->facts, i)); i++) {
		text_format(t, "     - %s", words_where(n->where));
		words_fill(t, n->command, f);
		text_format(t, "\n       %s\n", _(n->why));
	}
	if (!c)
		return;

	text_format(t, "     - %s\n       ", c->id);
	words_fill(t, _(c->separate_by), f);
	text_char(t, '\n');
	if (f->verdict->certainty == CERTAINTY_SUSPECTED)
		return;

	text_str(t, _("  6. Fix\n"));
	text_str(t, "     ");
	words_fill(t, _(c->fix), f);
	text_char(t, '\n');
}

static void tell(struct text *t, const struct report_flow *f)
{
	tell_head(t, f);
	text_char(t, '\n');
	tell_verdict(t, f);
	tell_evidence(t, f);
	if (f->verdict->status == STATUS_HEALTHY ||
	    f->verdict->status == STATUS_UNKNOWN)
		return;

	tell_ruled_out(t, f->verdict);
	tell_left(t, f->verdict);
	tell_next(t, f);
}

static bool is_alike(const struct verdict *a, const struct verdict *b)
{
	return a->symptom == b->symptom && a->status == b->status &&
	       a->cause == b->cause &&
	       a->alternative_count == b->alternative_count &&
	       a->ruled_out_count == b->ruled_out_count;
}

static struct group *group_of(struct report_groups *g,
			      const struct report_flow *f)
{
	for (size_t i = 0; i < g->count; i++) {
		struct group *one = &g->list[i];

		if (is_alike(&one->verdict, f->verdict) &&
		    one->port == f->server_port &&
		    address_equal(&one->server, &f->server))
			return one;
	}

	return NULL;
}

static bool is_told(const struct report *r, const struct report_flow *f)
{
	return r->options->all || f->verdict->status == STATUS_FAILING ||
	       f->verdict->status == STATUS_DEGRADED;
}

/* The first flow of every group, up to so many groups. */
static bool wants_text(struct report *r, const struct report_flow *f)
{
	struct report_groups *g = r->groups;

	if (r->options->summary || !g || !is_told(r, f))
		return false;
	if (r->options->all)
		return true;
	if (group_of(g, f) || g->count == GROUPS_MOST)
		return false;

	g->list[g->count++] = (struct group){
		.verdict = *f->verdict,
		.server = f->server,
		.port = f->server_port,
	};
	return true;
}

static void one_text(struct report *r, const struct report_flow *f)
{
	struct text t = TEXT_NULL;
	struct group *one;

	if (r->options->summary || !r->groups || !is_told(r, f))
		return;
	if (r->options->all) {
		tell(&r->out, f);
		text_char(&r->out, '\n');
		return;
	}

	one = group_of(r->groups, f);
	if (!one) {
		r->groups->untold++;
	} else if (!one->count++) {
		tell(&t, f);
		one->told = text_steal(&t);
	}
}

static void tell_groups(struct report *r)
{
	struct report_groups *g = r->groups;

	for (size_t i = 0; i < g->count; i++) {
		struct group *one = &g->list[i];

		paint(r, one->verdict.status == STATUS_FAILING ? "\x1b[31m"
							       : "\x1b[33m");
		text_format(&r->out, "[%zu] ", i + 1);
		paint(r, "\x1b[0m");
		text_str(&r->out, one->told ? one->told : "");
		if (one->count > 1)
			text_format(
				&r->out,
				ngettext(
					"  And %llu more flow like this one.\n",
					"  And %llu more flows like this one.\n",
					one->count - 1),
				(unsigned long long)(one->count - 1));
		text_char(&r->out, '\n');
		free(one->told);
	}
	if (g->untold)
		text_format(
			&r->out,
			_("Not told here: %llu more failing or degraded flows; --json has them all.\n\n"),
			(unsigned long long)g->untold);
}

static void count_line(struct text *t, uint64_t count, const char *what)
{
	if (count)
		text_format(t, "  %8llu  %s\n", (unsigned long long)count,
			    what);
}

static void tell_summary(struct text *t, const struct report_summary *s)
{
	text_format(t, _("packets: %llu, flows: %llu"),
		    (unsigned long long)s->packets,
		    (unsigned long long)s->flows);
	for (int i = 0; i < STATUSES; i++)
		if (s->by_status[i])
			text_format(t, ", %s: %llu",
				    words_status((enum status)i),
				    (unsigned long long)s->by_status[i]);
	text_char(t, '\n');
	for (int i = 0; i < SYMPTOMS; i++)
		count_line(t, s->by_symptom[i], symptom_id((enum symptom)i));
	count_line(t, s->not_ip, _("packets of other protocols"));
	count_line(t, s->fragments, _("later fragments"));
	count_line(t, s->truncated, _("packets cut before their ports"));
	count_line(t, s->evicted, _("flows told early to keep memory small"));
	count_line(t, s->text_chatter, _("lines of text that are no packets"));
	count_line(t, s->text_unread, _("lines that could not be read"));
}

static void end_text(struct report *r, const struct report_summary *s,
		     const struct problems *problems)
{
	(void)problems;
	if (r->groups)
		tell_groups(r);
	free(r->groups);
	r->groups = NULL;
	tell_summary(&r->out, s);
}

const struct format format_text = {
	.name = "text",
	.mime = "text/plain",
	.begin = begin_text,
	.wants = wants_text,
	.flow = one_text,
	.end = end_text,
};

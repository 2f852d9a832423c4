/* firewall trace for people: the answer first, then the way, then what has to
 * change. */
#include "base/i18n.h"
#include "base/problem.h"
#include "base/text.h"
#include "cli/firewall.h"
#include "cli/firewall_trace.h"
#include "cli/firewall_words.h"
#include "report/words.h"

struct printer {
	struct text *out;
	bool colour;
};

static void paint(const struct printer *p, const char *code, const char *text)
{
	if (p->colour)
		text_format(p->out, "\x1b[%sm", code);
	text_str(p->out, text);
	if (p->colour)
		text_str(p->out, "\x1b[0m");
}

static void rule_text(const struct printer *p, const struct chain *c,
		      const struct rule *rule)
{
	struct text t = TEXT_NULL;

	firewall_words_text(&t, c, rule);
	words_clean(p->out, text_string(&t));
	text_done(&t);
}

/* "ip filter INPUT rule 5: -A INPUT …" */
static void culprit(const struct printer *p, const struct chain *c,
		    const struct rule *rule)
{
	struct text t = TEXT_NULL;

	firewall_words_rule(&t, c, rule);
	words_clean(p->out, text_string(&t));
	text_done(&t);
	text_str(p->out, ": ");
	rule_text(p, c, rule);
}

static const char *decision_text(const struct walk_verdict *v)
{
	static const char *const texts[WALK_DECISION_COUNT] = {
		[WALK_ACCEPT] = N_("accepted"),
		[WALK_DROP] = N_("dropped, and nobody is told"),
		[WALK_REJECT] = N_("rejected with %s"),
		[WALK_UNKNOWN] = N_("unknown"),
	};

	return _(texts[v->decision]);
}

static void decision(const struct printer *p, const struct walk_verdict *v)
{
	static const char *const codes[WALK_DECISION_COUNT] = {
		[WALK_ACCEPT] = "32",
		[WALK_DROP] = "31",
		[WALK_REJECT] = "31",
		[WALK_UNKNOWN] = "33",
	};
	struct text t = TEXT_NULL;

	text_format(&t, decision_text(v), walk_reject_name(v));
	paint(p, codes[v->decision], text_string(&t));
	text_done(&t);
}

static void outcomes(const struct printer *p, const struct walk_way *way)
{
	bool any = false;

	text_str(p->out, "  ");
	text_str(p->out, _("possible: "));
	for (unsigned d = 0; d < WALK_DECISION_COUNT; d++) {
		if (!way->outcomes[d])
			continue;
		if (any)
			text_str(p->out, _(", "));
		text_str(p->out, walk_decision_names[d]);
		any = true;
	}
	text_char(p->out, '\n');
	if (way->is_capped)
		text_format(p->out, "  %s\n",
			    _("There are too many cases to try all of them."));
}

static void doubts(const struct printer *p, const struct walk_way *way)
{
	for (size_t i = 0; i < way->doubt_count; i++) {
		const struct walk_doubt *d = &way->doubts[i];
		struct text t = TEXT_NULL;

		firewall_trace_doubt(&t, d);
		text_str(p->out, "  ");
		text_str(p->out, _("depends on: "));
		words_clean(p->out, text_string(&t));
		text_format(p->out, " (%s)", firewall_trace_doubt_kind(d));
		text_done(&t);
		text_str(p->out, "\n    ");
		if (d->rule)
			culprit(p, d->rule->chain, d->rule);
		text_char(p->out, '\n');
	}
}

/* What became of it, and by whom. */
static void answer(const struct printer *p, const struct walk_way *way)
{
	const struct walk_verdict *v = &way->verdict;

	decision(p, v);
	text_char(p->out, '\n');
	if (v->decision == WALK_UNKNOWN) {
		outcomes(p, way);
		doubts(p, way);
	} else if (v->chain) {
		text_str(p->out, "  ");
		culprit(p, v->chain, v->rule);
		text_char(p->out, '\n');
	} else {
		text_format(p->out, "  %s\n",
			    _("No chain of the ruleset meets it."));
	}
}

static void packet_line(const struct printer *p, const char *label,
			const struct point *packet, uint64_t fields)
{
	text_format(p->out, "%s", label);
	packet_words_text(p->out, packet, fields);
	text_char(p->out, '\n');
}

/* How many rules in a row, of one chain, do not match. */
static size_t run_of_no(const struct walk_way *way, size_t from)
{
	const struct walk_step *first = &way->steps[from];
	size_t count = 0;

	for (size_t i = from; i < way->step_count; i++, count++) {
		const struct walk_step *s = &way->steps[i];

		if (s->match != ANSWER_NO || !s->rule ||
		    s->chain != first->chain ||
		    s->rule->number != first->rule->number + count)
			break;
	}

	return count;
}

static void indent(const struct printer *p, const struct walk_step *s)
{
	text_fill(p->out, ' ', 6 + 2 * (size_t)s->depth);
}

static void passed_line(const struct printer *p, const struct walk_step *s,
			size_t count)
{
	struct text t = TEXT_NULL;

	indent(p, s);
	if (count == 1)
		text_format(&t, _("rule %u does not match"), s->rule->number);
	else
		text_format(&t, _("rules %u to %u do not match"),
			    s->rule->number,
			    s->rule->number + (unsigned)count - 1);
	paint(p, "2", text_string(&t));
	text_done(&t);
	text_char(p->out, '\n');
}

static void step_line(const struct printer *p, const struct walk_step *s)
{
	const char *tail = "";

	indent(p, s);
	if (s->match == ANSWER_UNKNOWN)
		tail = _("   (who knows)");
	else if (s->is_blocked)
		tail = _("   (not reached)");
	if (s->rule)
		text_format(p->out, "%u  ", s->rule->number);
	rule_text(p, s->chain, s->rule);
	paint(p, s->match == ANSWER_UNKNOWN ? "33" : "2", tail);
	text_char(p->out, '\n');
}

static void chain_line(const struct printer *p, const struct walk_step *s)
{
	struct text t = TEXT_NULL;

	text_format(&t, "%s %s %s", table_family_names[s->chain->table->family],
		    s->chain->table->name, s->chain->name);
	text_fill(p->out, ' ', 4 + 2 * (size_t)s->depth);
	words_clean(p->out, text_string(&t));
	text_format(p->out, " (%s)\n", engine_names[s->chain->table->engine]);
	text_done(&t);
}

/* Deeper than the walk goes. */
enum { DEPTHS = 64 };

/* Where the steps printed so far stand. */
struct standing {
	const struct walk_step *last;
	const struct chain *at[DEPTHS]; /* by depth */
};

/* A chain is named when it is entered, not when a jump comes back to it. */
static void name_chain(const struct printer *p, struct standing *st,
		       const struct walk_step *s)
{
	unsigned depth = s->depth < DEPTHS ? s->depth : DEPTHS - 1;
	const struct walk_step *last = st->last;
	bool is_new_hook = !last || last->hook != s->hook;

	if (is_new_hook)
		text_format(p->out, "  %s\n", hook_names[s->hook]);
	if (is_new_hook || s->depth > last->depth || st->at[depth] != s->chain)
		chain_line(p, s);
	st->at[depth] = s->chain;
	st->last = s;
}

static void path(const struct printer *p, const struct walk_way *way)
{
	struct standing st = { 0 };

	for (size_t i = 0; i < way->step_count;) {
		const struct walk_step *s = &way->steps[i];
		size_t count = s->rule ? run_of_no(way, i) : 0;

		name_chain(p, &st, s);
		if (count)
			passed_line(p, s, count);
		else
			step_line(p, s);
		i += count ? count : 1;
	}
}

static void change_line(const struct printer *p, const struct walk_change *c)
{
	text_format(p->out, "  %s: %s ", hook_names[c->hook],
		    field_info[c->field].id);
	packet_words_value(p->out, c->field, c->before);
	text_str(p->out, " -> ");
	if (c->is_known)
		packet_words_value(p->out, c->field, c->after);
	else
		text_str(p->out, _("one of several, or not known"));
	text_str(p->out, "\n    ");
	if (c->rule)
		culprit(p, c->rule->chain, c->rule);
	else
		text_str(p->out, _("the translation is undone"));
	text_char(p->out, '\n');
}

static void changes(const struct printer *p, const struct walk_way *way)
{
	if (!way->change_count)
		return;

	text_format(p->out, "\n%s\n", _("changed on the way"));
	for (size_t i = 0; i < way->change_count; i++)
		change_line(p, &way->changes[i]);
}

static void blocker_line(const struct printer *p, const struct walk_blocker *b)
{
	text_str(p->out, "  ");
	if (b->of_reply)
		text_str(p->out, _("[answer] "));
	culprit(p, b->verdict.chain, b->verdict.rule);
	text_char(p->out, '\n');
	if (b->shadowed_accept) {
		text_str(p->out, "    ");
		text_str(p->out, _("below it, this one would accept: "));
		culprit(p, b->shadowed_accept->chain, b->shadowed_accept);
		text_char(p->out, '\n');
	}
	for (size_t i = 0; i < b->behind_count; i++) {
		text_str(p->out, "    ");
		text_str(p->out, _("behind it, this one would stop it: "));
		culprit(p, b->behind[i].chain, b->behind[i].rule);
		text_char(p->out, '\n');
	}
}

static void blockers(const struct printer *p, const struct walk_result *r)
{
	if (!r->blocker_count)
		return;

	text_format(p->out, "\n%s\n",
		    _("what has to change before it gets through"));
	for (size_t i = 0; i < r->blocker_count; i++)
		blocker_line(p, &r->blockers[i]);
}

/* Told only where the sender does not get it: else the reject said all. */
static void refusal(const struct printer *p, const struct firewall_traced *t)
{
	const struct walk_way *way = &t->result.refusal;

	if (!t->result.has_refusal || way->verdict.decision == WALK_ACCEPT)
		return;

	text_char(p->out, '\n');
	packet_line(p, _("refusal  "), &way->packet, t->shown);
	answer(p, way);
	path(p, way);
}

/* An answer that passes needs no details but for those who ask. */
static void reply(const struct printer *p, const struct firewall_traced *t,
		  bool verbose)
{
	const struct walk_way *way = &t->result.reply;

	if (!t->result.has_reply)
		return;

	text_char(p->out, '\n');
	packet_line(p, _("answer   "), &way->packet, t->shown);
	answer(p, way);
	if (!verbose && way->verdict.decision == WALK_ACCEPT)
		return;

	path(p, way);
	changes(p, way);
}

void firewall_trace_text(const struct firewall *f,
			 const struct firewall_traced *t, struct text *out)
{
	const struct walk_way *way = &t->result.way;
	struct printer p = { .out = out, .colour = cli_colour(f->cli) };

	packet_line(&p, _("packet   "), &way->packet, t->shown);
	if (t->assumed)
		packet_line(&p, _("assumed  "), &way->packet, t->assumed);
	if (problems_count(f->problems))
		text_format(
			out, "%s\n",
			_("Not everything could be read: this is about the rest."));
	answer(&p, way);
	text_format(out, "\n%s\n", _("its way"));
	path(&p, way);
	changes(&p, way);
	refusal(&p, t);
	blockers(&p, &t->result);
	reply(&p, t, f->cli->verbose);
	firewall_text_end(f, out);
}

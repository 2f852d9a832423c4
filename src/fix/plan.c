#include "fix/plan.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "diag/cause.h"
#include "fix/drift.h"
#include "fix/effect.h"
#include "fix/manager.h"
#include "fix/repair.h"

/*
 * Each fault is a group: the candidates that its repairs propose, best first.
 * The rules' faults are one, because their repair walks the packet on behind
 * every blocker. What is told to the user mends all groups: each candidate of
 * one, with the best of the others.
 */
struct group {
	struct fix_candidate *first;
	bool is_missing; /* nothing here mends it */
};

const char *const fix_risk_names[] = { "low", "some", "high" };
const char *const fix_lasts_names[] = { "unknown", "no", "yes" };

/* Rules are to blame, and yet let it pass: they stop other packets that it needs,
 * or send it astray. */
static bool is_let_pass(const struct fix_fault *f)
{
	static const char *const causes[] = {
		"arp-filtered",        "icmpv6-nd-blocked", "dnat-dead-host",
		"dnat-wrong-port",     "dnat-to-loopback",  "dnat-reply-bypass",
		"nat-hairpin-missing",
	};

	for (size_t i = 0; i < sizeof(causes) / sizeof(*causes); i++)
		if (f->cause && !strcmp(f->cause->id, causes[i]))
			return true;

	return false;
}

bool fix_is_of_rules(const struct fix_fault *f)
{
	const struct culprit *c = f->culprit;

	return c && !is_let_pass(f) &&
	       (c->kind == CULPRIT_FIREWALL_RULE ||
		c->kind == CULPRIT_FIREWALL_POLICY ||
		c->kind == CULPRIT_SET_ELEMENT);
}

static bool knows_kind(const struct repair *r, const struct fix_fault *f)
{
	enum culprit_kind kind = f->culprit ? f->culprit->kind : CULPRIT_NONE;

	if (!r->culprits[0])
		return true;
	for (size_t i = 0; i < REPAIR_KINDS && r->culprits[i]; i++)
		if (r->culprits[i] == kind)
			return true;

	return false;
}

static bool knows_cause(const struct repair *r, const struct fix_fault *f)
{
	if (!r->causes[0])
		return true;
	for (size_t i = 0; f->cause && i < REPAIR_CAUSES && r->causes[i]; i++)
		if (!strcmp(r->causes[i], f->cause->id))
			return true;

	return false;
}

/* As great as it is bad: what is told first is least. */
static double badness(const struct fix_candidate *c)
{
	double sum = c->cost;

	if (c->effect.is_known && !c->effect.lets_through)
		sum += 1e9;
	if (!c->effect.is_exact && !c->effect.is_as_written)
		sum += 1e6;
	sum += 1e5 * c->risk;
	if (c->lasts != FIX_LASTS_YES)
		sum += 1e4;

	return sum;
}

static void insert(struct fix_candidate **list, struct fix_candidate *c)
{
	while (*list && badness(*list) <= badness(c))
		list = &(*list)->next;
	c->next = *list;
	*list = c;
}

/* What the repairs proposed, in plan->first, becomes the group's. */
static void take(struct fix_plan *p, struct group *g)
{
	struct fix_candidate *c = p->first, *next;

	p->first = NULL;
	for (; c; c = next) {
		next = c->next;
		insert(&g->first, c);
	}
}

static int ask_repairs(struct fix_planning *p, struct fix_fault *f,
		       struct group *g)
{
	for (size_t i = 0; i < repair_count; i++) {
		const struct repair *r = repair_list[i];
		int err;

		if (!knows_kind(r, f) || !knows_cause(r, f))
			continue;
		err = r->propose(p, f);
		take(p->plan, g);
		/* Those behind it in the list see it. */
		f->is_mended = g->first != NULL;
		if (err && err != -ENOENT)
			return err;
	}

	g->is_missing = !g->first;
	return 0;
}

static int append(struct fix_plan *p, struct fix_change **list, size_t *count,
		  const struct fix_change *more, size_t more_count)
{
	size_t sum = *count + more_count;
	struct fix_change *all;

	if (!more_count)
		return 0;
	all = arena_alloc(p->arena, sum * sizeof(*all));
	if (!all)
		return -ENOMEM;
	if (*count)
		memcpy(all, *list, *count * sizeof(*all));
	memcpy(all + *count, more, more_count * sizeof(*all));
	*list = all;
	*count = sum;
	return 0;
}

static int append_effect(struct fix_plan *p, struct fix_effect *to,
			 const struct fix_effect *from)
{
	size_t sum = to->text_count + from->text_count;
	const char **all = arena_alloc(p->arena, (sum + 1) * sizeof(*all));

	if (!all)
		return -ENOMEM;
	if (to->text_count)
		memcpy(all, to->text, to->text_count * sizeof(*all));
	if (from->text_count)
		memcpy(all + to->text_count, from->text,
		       from->text_count * sizeof(*all));
	to->text = all;
	to->text_count = sum;
	to->lets_through &= from->lets_through;
	to->is_exact &= from->is_exact;
	to->is_known &= from->is_known;
	to->outside += from->outside;
	if (from->comparison.count)
		to->comparison = from->comparison;
	return 0;
}

/* Both are done, and the sum is as bad as the worse. */
static int join(struct fix_planning *p, struct fix_candidate *to,
		const struct fix_candidate *from)
{
	struct fix_plan *plan = p->plan;
	int err = append(plan, &to->now, &to->now_count, from->now,
			 from->now_count);

	if (!err)
		err = append(plan, &to->lasting, &to->lasting_count,
			     from->lasting, from->lasting_count);
	if (!err)
		err = append_effect(plan, &to->effect, &from->effect);
	to->summary = fix_words(p, "%s; %s", to->summary, from->summary);
	to->cost += from->cost;
	if (from->risk > to->risk) {
		to->risk = from->risk;
		to->risk_text = from->risk_text;
	}
	if (from->lasts < to->lasts) {
		to->lasts = from->lasts;
		to->lasts_text = from->lasts_text;
	}
	if (!to->owner)
		to->owner = from->owner;
	return err;
}

/* A candidate of one group, with the best of each other one, in the order of
 * the faults. */
static int combine(struct fix_planning *p, const struct group *groups,
		   size_t count, size_t chosen, const struct fix_candidate *c)
{
	struct fix_candidate *sum = NULL;
	bool is_missing = false;
	int err = 0;

	for (size_t i = 0; i < count && !err; i++) {
		const struct fix_candidate *part =
			i == chosen ? c : groups[i].first;

		is_missing |= groups[i].is_missing;
		if (!part)
			continue;
		if (sum) {
			err = join(p, sum, part);
			continue;
		}
		sum = arena_alloc(p->plan->arena, sizeof(*sum));
		if (!sum)
			return -ENOMEM;
		*sum = *part;
		sum->next = NULL;
	}
	/* What stops it besides goes on stopping it. */
	if (sum)
		sum->effect.lets_through &= !is_missing;
	if (!err && sum) {
		err = fix_commands(p->plan, sum);
		insert(&p->plan->first, sum);
	}
	return err;
}

static int combine_all(struct fix_planning *p, const struct group *groups,
		       size_t count)
{
	bool is_first = true;

	for (size_t i = 0; i < count; i++) {
		const struct fix_candidate *c = groups[i].first;

		/* The best of all is told once. */
		if (c && !is_first)
			c = c->next;
		for (; c; c = c->next) {
			int err = combine(p, groups, count, i, c);

			if (err)
				return err;
		}
		is_first &= !groups[i].first;
	}

	return 0;
}

/* The port is not open because the service does not run: where that is mended,
 * so is this. */
static bool is_consequence(const struct fix_plan *p, const struct fix_fault *f)
{
	static const char *const starts[] = { "service-failed-to-start",
					      "systemd-socket-stopped",
					      "inetd-service-disabled" };

	if (!f->cause || (strcmp(f->cause->id, "no-listener") != 0 &&
			  strcmp(f->cause->id, "udp-no-listener") != 0))
		return false;
	for (const struct fix_fault *g = p->faults; g < f; g++)
		for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
			if (g->is_mended && g->cause &&
			    !strcmp(g->cause->id, starts[i]))
				return true;

	return false;
}

int fix_plan_make(struct fix_planning *p)
{
	struct fix_plan *plan = p->plan;
	struct group groups[FIX_FAULTS] = { 0 };
	struct fix_fault *rules = NULL;
	int err = 0;

	for (size_t i = 0; i < plan->fault_count && !err; i++) {
		struct fix_fault *f = &plan->faults[i];

		if (fix_is_of_rules(f) && rules) {
			f->is_mended = rules->is_mended;
			continue;
		}
		if (is_consequence(plan, f)) {
			f->is_mended = true;
			continue;
		}
		err = ask_repairs(p, f, &groups[i]);
		if (fix_is_of_rules(f))
			rules = f;
	}

	return err ? err : combine_all(p, groups, plan->fault_count);
}

const char *fix_words(struct fix_planning *p, const char *format, ...)
{
	struct text t = TEXT_NULL;
	const char *ret = NULL;
	va_list ap;

	va_start(ap, format);
	text_format_list(&t, format, ap);
	va_end(ap);
	if (text_ok(&t))
		ret = arena_string(p->plan->arena, text_string(&t));
	text_done(&t);
	return ret ? ret : "";
}

const char *const *fix_argv_of(struct fix_planning *p, const char *const *words)
{
	const char **ret;
	size_t count = 0;

	while (words[count])
		count++;
	ret = arena_alloc(p->plan->arena, (count + 1) * sizeof(*ret));
	for (size_t i = 0; ret && i < count; i++)
		ret[i] = arena_string(p->plan->arena, words[i]);
	return ret;
}

struct fix_candidate *fix_propose(struct fix_planning *p, const char *id)
{
	struct fix_candidate *c = arena_alloc(p->plan->arena, sizeof(*c));

	if (!c)
		return NULL;
	c->id = id;
	c->next = p->plan->first;
	p->plan->first = c;
	return c;
}

static struct fix_change *change_in(struct fix_planning *p,
				    struct fix_change **list, size_t *count,
				    enum change_kind kind)
{
	struct fix_change one = { .kind = kind };

	if (append(p->plan, list, count, &one, 1))
		return NULL;
	return *list + *count - 1;
}

struct fix_change *fix_change_now(struct fix_planning *p,
				  struct fix_candidate *c,
				  enum change_kind kind)
{
	return change_in(p, &c->now, &c->now_count, kind);
}

struct fix_change *fix_change_lasting(struct fix_planning *p,
				      struct fix_candidate *c,
				      enum change_kind kind)
{
	return change_in(p, &c->lasting, &c->lasting_count, kind);
}

void fix_send_elsewhere(struct fix_planning *p, const char *who,
			const char *what, const char *message)
{
	struct fix_elsewhere **at = &p->plan->elsewhere;
	struct fix_elsewhere *e = arena_alloc(p->plan->arena, sizeof(*e));

	if (!e)
		return;
	*e = (struct fix_elsewhere){ .who = who,
				     .what = what,
				     .message = message };
	while (*at)
		at = &(*at)->next;
	*at = e;
}

void fix_remark(struct fix_planning *p, const char *format, ...)
{
	struct fix_plan *plan = p->plan;
	struct text t = TEXT_NULL;
	const char **all;
	va_list ap;

	va_start(ap, format);
	text_format_list(&t, format, ap);
	va_end(ap);
	for (size_t i = 0; i < plan->remark_count; i++) {
		if (!strcmp(plan->remarks[i], text_string(&t))) {
			text_done(&t);
			return;
		}
	}

	all = arena_alloc(plan->arena, (plan->remark_count + 1) * sizeof(*all));
	if (all) {
		if (plan->remark_count)
			memcpy(all, plan->remarks,
			       plan->remark_count * sizeof(*all));
		all[plan->remark_count] =
			arena_string(plan->arena, text_string(&t));
		if (all[plan->remark_count]) {
			plan->remarks = all;
			plan->remark_count++;
		}
	}
	text_done(&t);
}

static const struct culprit_field *field_of(const struct culprit *c,
					    const char *name)
{
	for (size_t i = 0; c && i < c->count; i++)
		if (!strcmp(c->fields[i].name, name))
			return &c->fields[i];

	return NULL;
}

const char *fix_culprit_text(const struct culprit *c, const char *name)
{
	const struct culprit_field *f = field_of(c, name);

	return f ? f->text : NULL;
}

int64_t fix_culprit_number(const struct culprit *c, const char *name,
			   int64_t otherwise)
{
	const struct culprit_field *f = field_of(c, name);

	return f && !f->text ? f->number : otherwise;
}

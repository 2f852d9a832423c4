#include "diag/case_verdict.h"

#include <errno.h>

static const struct culprit *culprit_of(const struct facts *f,
					enum fact_kind kind)
{
	const struct fact *fact = kind ? facts_get(f, kind) : NULL;

	return fact ? fact->culprit : NULL;
}

static const struct culprit *first_culprit(const struct facts *f,
					   const enum fact_kind *kinds)
{
	for (int i = 0; i < CAUSE_FACTS && kinds[i]; i++) {
		const struct culprit *c = culprit_of(f, kinds[i]);

		if (c)
			return c;
	}

	return NULL;
}

const struct culprit *case_culprit(const struct cause *cause,
				   const struct facts *f)
{
	const struct culprit *c;

	if (!cause)
		return NULL;
	c = culprit_of(f, cause->proven_by);
	if (!c)
		c = culprit_of(f, cause->ruled_by);
	if (!c)
		c = first_culprit(f, cause->found_by);
	if (!c)
		c = first_culprit(f, cause->needs);
	if (!c)
		c = first_culprit(f, cause->needs_any);
	if (!c)
		c = first_culprit(f, cause->favoured_by);

	return c;
}

/* What follows from the other attempts: of the case's own time, so that a saved
 * one gives the same. */
static void add_drawn(struct facts *f, enum fact_kind kind, int64_t at_ns)
{
	size_t count = f->count;

	fact_tell(f, kind, "connect", NULL, NULL);
	if (f->count > count)
		f->list[count].at_ns = at_ns;
}

static int judge_part(struct diag *d, struct case_record *c,
		      const struct facts *own, enum fact_kind besides,
		      struct case_part *ret)
{
	struct facts *all = arena_alloc(c->arena, sizeof(*all));

	if (!all)
		return -ENOMEM;

	all->arena = c->arena;
	if (own)
		facts_join(all, own);
	facts_join(all, &c->general);
	if (besides)
		add_drawn(all, besides, c->at_ns);
	ret->facts = all;
	ret->verdict = diag_judge(d, &all->set);
	if (!ret->verdict || all->failed)
		return -ENOMEM;

	ret->culprit = case_culprit(ret->verdict->cause, all);
	return 0;
}

/* One that fails beside the other family's is degraded too, and does not work. */
static bool works(const struct case_part *p)
{
	return p->verdict->status == STATUS_HEALTHY ||
	       (p->verdict->status == STATUS_DEGRADED &&
		!fact_has(&p->facts->set, FACT_OTHER_FAMILY_WORKS));
}

/* Whether an attempt of the other family carries the connection. */
static bool other_family_works(const struct case_record *c,
			       const struct case_verdict *v, size_t i)
{
	bool v4 = address_is_v4(&c->attempts[i].address);

	for (size_t k = 0; k < c->attempt_count; k++)
		if (!c->attempts[k].is_from_dns_only &&
		    address_is_v4(&c->attempts[k].address) != v4 &&
		    works(&v->parts[k]))
			return true;

	return false;
}

/* How little an attempt's fault explains why the application fails: a family
 * that this host does not have at all is passed over at once. */
static int weight(const struct case_record *c, const struct case_verdict *v,
		  size_t i)
{
	const struct verdict *one = v->parts[i].verdict;

	if (one->status == STATUS_UNKNOWN)
		return 1;
	if (one->symptom == SYMPTOM_LOCAL_REFUSED && c->attempt_count > 1)
		return 2;

	return 3;
}

/* Of many addresses only the first are tried, and what the application would
 * not use is tried only to compare. */
static bool counts(const struct attempt *a)
{
	return a->has_peer ||
	       (!a->is_from_dns_only && fact_has(&a->facts.set, FACT_PROBED));
}

/* The first of the failing ones, in the order of getaddrinfo. */
static size_t failing(const struct case_record *c, const struct case_verdict *v)
{
	size_t best = 0;
	int most = -1;

	for (size_t i = 0; i < c->attempt_count; i++) {
		int w = works(&v->parts[i]) ? -1 : weight(c, v, i);

		if (w > most && counts(&c->attempts[i])) {
			most = w;
			best = i;
		}
	}

	return best;
}

static int judge_attempts(struct diag *d, struct case_record *c,
			  struct case_verdict *v)
{
	for (size_t i = 0; i < c->attempt_count; i++) {
		int err = judge_part(d, c, &c->attempts[i].facts, FACT_NONE,
				     &v->parts[i]);

		if (err < 0)
			return err;
	}
	for (size_t i = 0; i < c->attempt_count; i++) {
		int err;

		if (works(&v->parts[i]) || !other_family_works(c, v, i))
			continue;
		err = judge_part(d, c, &c->attempts[i].facts,
				 FACT_OTHER_FAMILY_WORKS, &v->parts[i]);
		if (err < 0)
			return err;
	}

	return 0;
}

static void settle(struct case_verdict *ret, const struct case_part *p,
		   const struct attempt *a)
{
	ret->verdict = *p->verdict;
	ret->facts = p->facts;
	ret->culprit = p->culprit;
	ret->attempt = a;
}

int case_judge(struct diag *d, struct case_record *c, struct case_verdict *ret)
{
	struct case_part name;
	size_t working = 0, told;
	int err;

	*ret = (struct case_verdict){ 0 };
	err = judge_attempts(d, c, ret);
	if (err < 0)
		return err;
	if (!c->attempt_count) {
		err = judge_part(d, c, NULL, FACT_NONE, &name);
		if (!err)
			settle(ret, &name, NULL);
		return err;
	}

	for (size_t i = 0; i < c->attempt_count; i++)
		working += works(&ret->parts[i]) &&
			   !c->attempts[i].is_from_dns_only;
	told = failing(c, ret);
	if (works(&ret->parts[told]))
		told = 0;
	settle(ret, &ret->parts[told], &c->attempts[told]);
	if (working && ret->verdict.status == STATUS_FAILING)
		ret->verdict.status = STATUS_DEGRADED;
	return 0;
}

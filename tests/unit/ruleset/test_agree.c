#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/problem.h"
#include "ruleset/box.h"
#include "ruleset/diagram.h"
#include "ruleset/linear.h"
#include "ruleset/read.h"
#include "ruleset/witness.h"

/*
 * Every ruleset of tests/rulesets: for packets of each rule's box, the program,
 * the diagram and the plain evaluator say the same. Chains that change marks on
 * the way are left out, for their packets are not only what they show; so are
 * conditions that are no boxes.
 */
enum { SAMPLES = 6 };

struct counts {
	unsigned rulesets, chains, packets;
};

static uint32_t kind_of(void *context, const struct program *p, size_t entry)
{
	(void)context;
	return (uint32_t)program_outcome(p, entry);
}

static bool is_plain(const struct program *p)
{
	for (unsigned i = FIELD_COUNT; i < p->space->dim_count; i++)
		if (p->space->dims[i].field != FIELD_COUNT ||
		    p->space->dims[i].cond)
			return false;

	return true;
}

static void check_packet(const struct chain *base, struct program *p,
			 const struct diagram *d, uint32_t root,
			 const struct spot *spot)
{
	const struct supposed s = { p, spot, (uint32_t)p->count - 1 };
	struct point packet;
	struct linear_fate fate;
	uint32_t entry = 0;

	box_point(p->space, spot, &packet);
	fate = linear_decide(base, &packet, &s);
	assert_int_equal(witness_fate(p, spot, 0, NULL, &entry), 0);
	assert_ptr_equal(p->entries[entry].rule, fate.rule);
	if (d)
		assert_int_equal(diagram_fate(d, root, spot), fate.kind);
}

static void check_chain(const struct chain *base, enum table_family family,
			bool has_conntrack, struct counts *counts)
{
	const struct diagram_fates fates = { kind_of, NULL, false };
	struct arena *a = arena_new();
	struct space *s = space_new(a, family, base, has_conntrack);
	struct program p;
	struct diagram *d;
	uint64_t seed = 1;
	uint32_t root = 0;

	assert_int_equal(program_init(&p, s, base), 0);
	d = diagram_new(s, DIAGRAM_NODES);
	if (diagram_add(d, &p, &fates, &root)) {
		diagram_free(d);
		d = NULL;
	}
	counts->chains += is_plain(&p);
	for (size_t i = 0; i < p.count && is_plain(&p); i++)
		for (unsigned n = 0; n < SAMPLES; n++) {
			const struct box *x = p.entries[i].box;
			struct spot *spot = n ? box_sample(a, s, x, &seed)
					      : box_pick(a, s, x, NULL);

			check_packet(base, &p, d, root, spot);
			counts->packets++;
		}
	diagram_free(d);
	program_done(&p);
	arena_free(a);
}

static void check_ruleset(const struct ruleset *r, struct counts *counts)
{
	bool has_conntrack = space_has_conntrack(r);

	for (const struct table *t = r->first; t; t = t->next)
		for (const struct chain *c = t->first; c; c = c->next) {
			if (c->hook == HOOK_NONE)
				continue;
			if (t->family == TABLE_IP || t->family == TABLE_INET)
				check_chain(c, TABLE_IP, has_conntrack, counts);
			if (t->family == TABLE_IP6 || t->family == TABLE_INET)
				check_chain(c, TABLE_IP6, has_conntrack,
					    counts);
		}
}

static void read_file(struct ruleset *r, const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;
	ssize_t len = f ? getdelim(&text, &size, '\0', f) : -1;

	if (len > 0)
		assert_int_equal(ruleset_read(r, path, text, (size_t)len), 0);
	free(text);
	if (f)
		(void)fclose(f);
}

static void check_file(const char *path, struct counts *counts)
{
	struct problems *problems = problems_new();
	struct ruleset *r = ruleset_new(problems);

	read_file(r, path);
	assert_int_equal(ruleset_link(r), 0);
	check_ruleset(r, counts);
	counts->rulesets++;
	ruleset_free(r);
	problems_free(problems);
}

static void
program_diagram_and_plain_evaluator_agree_on_real_rulesets(void **state)
{
	char pattern[1024];
	const char *here = strrchr(__FILE__, '/');
	struct counts counts = { 0 };
	glob_t found;

	(void)state;

	(void)snprintf(pattern, sizeof(pattern), "%.*s/../../rulesets/*/*.*",
		       here ? (int)(here - __FILE__) : 0, __FILE__);
	if (glob(pattern, 0, NULL, &found))
		skip();
	for (size_t i = 0; i < found.gl_pathc; i++)
		if (!strstr(found.gl_pathv[i], ".txt"))
			check_file(found.gl_pathv[i], &counts);
	globfree(&found);
	print_message("%u files, %u chains, %u packets\n", counts.rulesets,
		      counts.chains, counts.packets);
	assert_true(counts.packets > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			program_diagram_and_plain_evaluator_agree_on_real_rulesets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

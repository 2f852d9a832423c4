#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "random_ruleset.h"
#include "ruleset/compare.h"
#include "ruleset/linear.h"
#include "ruleset/program.h"
#include "ruleset/save.h"

enum { SEEDS = 1000, RULES = 7 };

/* What a ruleset does to a packet: the kind, and with REJECT that is all here. */
static struct linear_fate fate(const struct random_ruleset *r, unsigned number,
			       const struct program *p)
{
	const struct supposed s = { p, NULL, (uint32_t)p->count - 1 };
	struct point packet = random_packet(number);

	return linear_decide(r->chains[0], &packet, &s);
}

/* Takes out, or moves to the end, one rule of a chain. */
static void change(struct random_ruleset *r)
{
	struct chain *c = r->chains[random_below(r, RANDOM_CHAINS)];
	unsigned number = random_below(r, c->rule_count);
	struct rule **at = &c->first, *rule;

	while (number--)
		at = &(*at)->next;
	rule = *at;
	if (!rule->next)
		return;
	*at = rule->next;
	if (random_below(r, 2)) {
		rule->next = NULL;
		c->last->next = rule;
		c->last = rule;
	} else {
		c->rule_count--;
	}
}

static bool is_told(const struct comparison *c, const struct rule *before,
		    const struct rule *after)
{
	for (const struct change *one = c->first; one; one = one->next)
		if (one->before.rule == before && one->after.rule == after)
			return true;

	return false;
}

/* Marks apart: they are a fate of their own. */
static bool sets_marks(const struct comparison *c)
{
	for (const struct change *one = c->first; one; one = one->next)
		if (one->before.kind == ACTION_SET ||
		    one->after.kind == ACTION_SET)
			return true;

	return false;
}

static void check(const struct random_ruleset *x,
		  const struct random_ruleset *y)
{
	struct arena *a = arena_new();
	struct program p, q;
	struct space *s = space_new(a, TABLE_IP, x->chains[0], true);
	struct comparison c;
	size_t differences = 0;

	assert_int_equal(compare_rulesets(x->ruleset, y->ruleset, a, &c), 0);
	assert_int_equal(program_init(&p, s, x->chains[0]), 0);
	assert_int_equal(program_init(&q, s, y->chains[0]), 0);
	for (unsigned n = 0; n < PACKETS; n++) {
		struct linear_fate f = fate(x, n, &p), g = fate(y, n, &q);

		if (f.kind == g.kind)
			continue;
		differences++;
		assert_true(is_told(&c, f.rule, g.rule));
	}
	if (comparison_equal(&c) == EQUALITY_YES)
		assert_int_equal(differences, 0);
	if (!differences && c.is_complete && !sets_marks(&c))
		assert_int_equal(c.count, 0);
	for (const struct change *one = c.first; one; one = one->next)
		assert_true(one->is_verified);
	program_done(&p);
	program_done(&q);
	arena_free(a);
}

static void every_difference_is_told_with_its_pair_of_rules(void **state)
{
	(void)state;

	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct random_ruleset x, y;

		random_open(&x, seed, RULES);
		random_open(&y, seed, RULES);
		for (unsigned i = 0; i < seed % 4; i++)
			change(&y);
		check(&x, &y);
		random_close(&x);
		random_close(&y);
	}
}

static void a_ruleset_is_proven_equal_to_itself(void **state)
{
	(void)state;

	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct random_ruleset x, y;
		struct arena *a = arena_new();
		struct comparison c;

		random_open(&x, seed, RULES);
		random_open(&y, seed, RULES);
		assert_int_equal(compare_rulesets(x.ruleset, y.ruleset, a, &c),
				 0);
		assert_int_equal(comparison_equal(&c), EQUALITY_YES);
		random_close(&x);
		random_close(&y);
		arena_free(a);
	}
}

static const char nft_rules[] =
	"*filter\n:INPUT DROP [0:0]\n"
	"-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n";

static const char legacy_rules[] =
	"*filter\n:INPUT ACCEPT [0:0]\n"
	"-A INPUT -p tcp -m tcp --dport 5555 -j DROP\nCOMMIT\n";

static void read_as(struct ruleset *r, enum engine engine, const char *text)
{
	const struct read_hint hint = { .engine = engine,
					.family = TABLE_FAMILY_COUNT };

	assert_int_equal(save_read(r, "rules", text, strlen(text), &hint), 0);
}

/* A file does not say which backend's tables it holds. */
static void chains_of_both_backends_find_those_with_their_rules(void **state)
{
	struct problems *problems = problems_new();
	struct ruleset *live = ruleset_new(problems);
	struct ruleset *file = ruleset_new(problems);
	struct arena *a = arena_new();
	struct comparison c;

	(void)state;
	read_as(live, ENGINE_LEGACY, legacy_rules);
	read_as(live, ENGINE_IPTABLES_NFT, nft_rules);
	read_as(file, ENGINE_LEGACY, nft_rules);
	assert_int_equal(ruleset_link(live) | ruleset_link(file), 0);
	assert_int_equal(compare_rulesets(live, file, a, &c), 0);
	assert_int_equal(c.count, 1);
	assert_int_equal(c.first->before.kind, ACTION_DROP);
	assert_null(c.first->after.chain);

	arena_free(a);
	ruleset_free(live);
	ruleset_free(file);
	problems_free(problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_difference_is_told_with_its_pair_of_rules),
		cmocka_unit_test(a_ruleset_is_proven_equal_to_itself),
		cmocka_unit_test(
			chains_of_both_backends_find_those_with_their_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

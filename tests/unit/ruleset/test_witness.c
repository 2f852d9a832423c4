#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "random_ruleset.h"
#include "ruleset/linear.h"
#include "ruleset/witness.h"

enum { SEEDS = 700, RULES = 8 };

struct checked {
	struct arena *arena;
	struct space *space;
	struct program program;
};

static void with_program(struct checked *c, const struct chain *base)
{
	c->arena = arena_new();
	c->space = space_new(c->arena, TABLE_IP, base, true);
	assert_non_null(c->space);
	assert_int_equal(program_init(&c->program, c->space, base), 0);
}

static void without_program(struct checked *c)
{
	program_done(&c->program);
	arena_free(c->arena);
}

/* Whether any packet at all meets the rule. */
static bool is_met(const struct program *p, uint32_t entry)
{
	const struct supposed s = { p, NULL, entry };

	for (unsigned n = 0; n < PACKETS; n++) {
		struct point packet = random_packet(n);

		if (linear_reaches(&packet, &s))
			return true;
	}

	return false;
}

/* Whether one of the rule's entries has a witness; those that it has must
 * stand the trial. */
static bool has_witness(struct checked *c, const struct rule *rule)
{
	struct program *p = &c->program;
	bool is_found = false;

	for (uint32_t e = 0; e < p->count; e++) {
		struct goal goal = { p, e, NULL };
		struct witness w;
		struct point packet;

		if (p->entries[e].rule != rule)
			continue;
		switch (witness_search(c->space, p->entries[e].box, &goal, 1,
				       &w)) {
		case WITNESS_FOUND:
			is_found = true;
			box_point(c->space, w.spot, &packet);
			assert_true(linear_reaches(
				&packet, &(struct supposed){ p, w.spot, e }));
			break;
		case WITNESS_NONE:
			break;
		default:
			fail();
		}
		witness_done(&w);
	}

	return is_found;
}

static void check_rules(struct checked *c)
{
	const struct rule *last = NULL;

	for (uint32_t e = 0; e + 1 < c->program.count; e++) {
		const struct rule *rule = c->program.entries[e].rule;

		if (rule == last)
			continue;
		last = rule;
		assert_int_equal(has_witness(c, rule), is_met(&c->program, e));
	}
}

static void a_rule_has_a_witness_just_when_some_packet_meets_it(void **state)
{
	(void)state;

	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct random_ruleset r;
		struct checked c;

		random_open(&r, seed, RULES);
		with_program(&c, r.chains[0]);
		check_rules(&c);
		without_program(&c);
		random_close(&r);
	}
}

static void the_fate_of_a_packet_is_that_of_the_plain_evaluator(void **state)
{
	(void)state;

	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct random_ruleset r;
		struct checked c;

		random_open(&r, seed, RULES);
		with_program(&c, r.chains[0]);
		for (unsigned n = 0; n < PACKETS; n += 7) {
			struct point packet = random_packet(n);
			struct spot *s = arena_alloc(
				c.arena,
				sizeof(*s) + c.space->dim_count * sizeof(u128));
			uint32_t entry = 0;

			s->count = c.space->dim_count;
			memcpy(s->value, packet.value, sizeof(packet.value));
			assert_int_equal(
				witness_fate(&c.program, s, 0, NULL, &entry),
				0);
			assert_ptr_equal(
				c.program.entries[entry].rule,
				linear_decide(r.chains[0], &packet,
					      &(struct supposed){ &c.program, s,
								  entry })
					.rule);
		}
		without_program(&c);
		random_close(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_rule_has_a_witness_just_when_some_packet_meets_it),
		cmocka_unit_test(
			the_fate_of_a_packet_is_that_of_the_plain_evaluator),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

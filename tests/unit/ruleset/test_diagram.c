#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "random_ruleset.h"
#include "ruleset/box.h"
#include "ruleset/diagram.h"
#include "ruleset/linear.h"
#include "ruleset/witness.h"

enum { SEEDS = 400, RULES = 6 };

static uint32_t kind_of(void *context, const struct program *p, size_t entry)
{
	(void)context;
	return (uint32_t)program_outcome(p, entry);
}

static const struct diagram_fates fates = { kind_of, NULL, true };

struct drawn {
	struct arena *arena;
	struct space *space;
	struct diagram *diagram;
};

static void with_space(struct drawn *d, const struct chain *base)
{
	d->arena = arena_new();
	d->space = space_new(d->arena, TABLE_IP, base, true);
}

static uint32_t draw(struct drawn *d, struct program *p,
		     const struct random_ruleset *r)
{
	uint32_t root = 0;

	assert_int_equal(program_init(p, d->space, r->chains[0]), 0);
	if (!d->diagram)
		d->diagram = diagram_new(d->space, DIAGRAM_NODES);
	assert_int_equal(diagram_add(d->diagram, p, &fates, &root), 0);
	return root;
}

static void without_space(struct drawn *d)
{
	diagram_free(d->diagram);
	arena_free(d->arena);
	d->diagram = NULL;
}

static struct spot *spot_of(struct drawn *d, const struct point *packet)
{
	struct spot *s = box_pick(d->arena, d->space, &box_whole, NULL);

	for (unsigned i = 0; i < RANDOM_FIELDS; i++)
		s->value[random_fields[i]] = packet->value[random_fields[i]];
	return s;
}

static void
the_diagram_and_the_plain_evaluator_agree_on_every_packet(void **state)
{
	(void)state;

	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct random_ruleset r;
		struct drawn d = { 0 };
		struct program p;
		uint32_t root;

		random_open(&r, seed, RULES);
		with_space(&d, r.chains[0]);
		root = draw(&d, &p, &r);
		for (unsigned n = 0; n < PACKETS; n++) {
			struct point packet = random_packet(n);
			const struct supposed s = { &p, NULL, 0 };

			assert_int_equal(
				diagram_fate(d.diagram, root,
					     spot_of(&d, &packet)),
				linear_decide(r.chains[0], &packet, &s).kind);
		}
		program_done(&p);
		without_space(&d);
		random_close(&r);
	}
}

static bool fare_alike(const struct random_ruleset *x,
		       const struct random_ruleset *y, const struct program *p)
{
	const struct supposed s = { p, NULL, 0 };

	for (unsigned n = 0; n < PACKETS; n++) {
		struct point packet = random_packet(n);

		if (linear_decide(x->chains[0], &packet, &s).kind !=
		    linear_decide(y->chains[0], &packet, &s).kind)
			return false;
	}

	return true;
}

static void take_out_first(struct random_ruleset *r)
{
	struct chain *c = r->chains[random_below(r, RANDOM_CHAINS)];

	c->first = c->first->next;
}

static void diagrams_are_one_just_when_all_packets_fare_alike(void **state)
{
	unsigned equal = 0;

	(void)state;

	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct random_ruleset x, y;
		struct drawn d = { 0 };
		struct program p, q;
		bool is_one;

		random_open(&x, seed, RULES);
		random_open(&y, seed, RULES);
		take_out_first(&y);
		with_space(&d, x.chains[0]);
		is_one = draw(&d, &p, &x) == draw(&d, &q, &y);
		equal += is_one;
		assert_int_equal(is_one, fare_alike(&x, &y, &p));
		program_done(&p);
		program_done(&q);
		without_space(&d);
		random_close(&x);
		random_close(&y);
	}
	assert_in_range(equal, 10, SEEDS - 10);
}

static int add_share(void *context, const struct box *x)
{
	(void)x;
	++*(unsigned *)context;
	return 0;
}

static void a_fate_has_boxes_just_when_it_has_a_share(void **state)
{
	(void)state;

	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct random_ruleset r;
		struct drawn d = { 0 };
		struct program p;
		uint32_t root;
		double all = 0;

		random_open(&r, seed, RULES);
		with_space(&d, r.chains[0]);
		root = draw(&d, &p, &r);
		for (uint32_t kind = 0; kind < ACTION_KIND_COUNT; kind++) {
			double share = diagram_share(d.diagram, root, kind);
			unsigned boxes = 0;

			assert_int_equal(diagram_boxes(d.diagram, root, kind,
						       add_share, &boxes),
					 0);
			assert_int_equal(boxes > 0, share > 0);
			all += share;
		}
		assert_true(all > 0.999999 && all < 1.000001);
		program_done(&p);
		without_space(&d);
		random_close(&r);
	}
}

static void too_many_nodes_is_an_answer(void **state)
{
	struct random_ruleset r;
	struct drawn d = { 0 };
	struct program p;
	uint32_t root = 7;

	(void)state;

	random_open(&r, 1, 40);
	with_space(&d, r.chains[0]);
	assert_int_equal(program_init(&p, d.space, r.chains[0]), 0);
	d.diagram = diagram_new(d.space, 3);
	assert_int_equal(diagram_add(d.diagram, &p, &fates, &root),
			 DIAGRAM_TOO_BIG);
	assert_int_equal(root, 7);
	program_done(&p);
	without_space(&d);
	random_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_diagram_and_the_plain_evaluator_agree_on_every_packet),
		cmocka_unit_test(
			diagrams_are_one_just_when_all_packets_fare_alike),
		cmocka_unit_test(a_fate_has_boxes_just_when_it_has_a_share),
		cmocka_unit_test(too_many_nodes_is_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

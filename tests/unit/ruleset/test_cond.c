#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "ruleset/cond.h"
#include "ruleset/ranges.h"

static struct arena *arena;

static int begin(void **state)
{
	(void)state;
	arena = arena_new();
	return arena ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct cond in(enum field f, u128 first, u128 last)
{
	return (struct cond){ .kind = COND_RANGES,
			      .field = f,
			      .mask = ~(u128)0,
			      .ranges = ranges_one(arena, first, last) };
}

static struct cond list(enum cond_kind kind, struct cond *list, size_t count)
{
	return (struct cond){ .kind = kind, .list = list, .count = count };
}

static struct point ttl(u128 value)
{
	struct point p = { 0 };

	point_set(&p, FIELD_TTL, value);
	return p;
}

static void ranges_ask_for_the_masked_field(void **state)
{
	struct cond c = in(FIELD_TTL, 4, 7);
	struct point p = ttl(5), q = ttl(0x85);

	(void)state;
	assert_int_equal(cond_eval(&c, &p, NULL), ANSWER_YES);
	assert_int_equal(cond_eval(&c, &q, NULL), ANSWER_NO);
	c.mask = 0x0f;
	assert_int_equal(cond_eval(&c, &q, NULL), ANSWER_YES);
	c.inverted = true;
	assert_int_equal(cond_eval(&c, &q, NULL), ANSWER_NO);
}

static void a_field_that_is_not_known_leaves_it_open(void **state)
{
	struct cond c = in(FIELD_DPORT, 22, 22);
	const struct cond *why = NULL;
	struct point p = ttl(5);

	(void)state;
	assert_int_equal(cond_eval(&c, &p, &why), ANSWER_UNKNOWN);
	assert_ptr_equal(why, &c);
	c.inverted = true;
	assert_int_equal(cond_eval(&c, &p, NULL), ANSWER_UNKNOWN);
}

static void one_sure_answer_settles_a_list(void **state)
{
	struct cond two[] = { in(FIELD_DPORT, 22, 22), in(FIELD_TTL, 1, 9) };
	struct cond all = list(COND_ALL, two, 2), any = list(COND_ANY, two, 2);
	struct point yes = ttl(5), no = ttl(50);
	const struct cond *why = NULL;

	(void)state;
	assert_int_equal(cond_eval(&all, &yes, &why), ANSWER_UNKNOWN);
	assert_ptr_equal(why, &two[0]);
	assert_int_equal(cond_eval(&all, &no, NULL), ANSWER_NO);
	assert_int_equal(cond_eval(&any, &yes, NULL), ANSWER_YES);
	assert_int_equal(cond_eval(&any, &no, NULL), ANSWER_UNKNOWN);
}

static void an_empty_all_is_yes_and_an_empty_any_no(void **state)
{
	struct cond all = list(COND_ALL, NULL, 0);
	struct cond any = list(COND_ANY, NULL, 0);
	struct point p = ttl(1);

	(void)state;
	assert_int_equal(cond_eval(&all, &p, NULL), ANSWER_YES);
	assert_int_equal(cond_eval(&any, &p, NULL), ANSWER_NO);
	all.inverted = true;
	assert_int_equal(cond_eval(&all, &p, NULL), ANSWER_NO);
}

static enum answer yes_to_all(void *context, const struct cond *c)
{
	(void)context;
	(void)c;
	return ANSWER_YES;
}

static void an_oracle_is_asked_for_what_is_open(void **state)
{
	const struct cond_oracle oracle = { .ask = yes_to_all };
	struct cond two[] = { in(FIELD_DPORT, 22, 22), in(FIELD_TTL, 1, 9) };
	struct cond all = list(COND_ALL, two, 2);
	struct point yes = ttl(5), no = ttl(50);

	(void)state;
	assert_int_equal(cond_ask(&all, &yes, &oracle, NULL), ANSWER_YES);
	assert_int_equal(cond_ask(&all, &no, &oracle, NULL), ANSWER_NO);
	two[0].inverted = true;
	assert_int_equal(cond_ask(&all, &yes, &oracle, NULL), ANSWER_NO);
}

static const enum field ttl_key[SET_PARTS] = { FIELD_TTL, FIELD_COUNT,
					       FIELD_COUNT, FIELD_COUNT,
					       FIELD_COUNT };

static enum answer look_up(const struct set *s, u128 value,
			   const struct element **ret)
{
	struct point p = ttl(value);

	return cond_lookup(s, ttl_key, &p, ret);
}

static void sorted_sets_are_searched(void **state)
{
	struct element elements[] = {
		{ .part = { { 1, 3 } } },
		{ .part = { { 7, 7 } } },
		{ .part = { { 20, 30 } } },
	};
	struct set s = { .part_count = 1,
			 .elements = elements,
			 .count = 3,
			 .is_given = true,
			 .is_sorted = true };
	const struct element *e;

	(void)state;
	for (unsigned v = 0; v < 40; v++) {
		bool in = (v >= 1 && v <= 3) || v == 7 || (v >= 20 && v <= 30);

		assert_int_equal(look_up(&s, v, &e), in);
		assert_int_equal(e != NULL, in);
	}
}

static void the_narrowest_element_decides(void **state)
{
	struct element elements[] = {
		{ .part = { { 0, 255 } } },
		{ .part = { { 0, 15 } }, .is_exception = true },
		{ .part = { { 4, 4 } } },
	};
	struct set s = { .part_count = 1,
			 .elements = elements,
			 .count = 3,
			 .is_given = true };
	const struct element *e;

	(void)state;
	assert_int_equal(look_up(&s, 99, &e), ANSWER_YES);
	assert_int_equal(look_up(&s, 9, &e), ANSWER_NO);
	assert_int_equal(look_up(&s, 4, &e), ANSWER_YES);
	assert_ptr_equal(e, &elements[2]);
}

static void a_list_holds_what_its_members_hold(void **state)
{
	struct element one = { .part = { { 1, 1 } } };
	struct set a = { .part_count = 1, .is_given = true };
	struct set b = {
		.part_count = 1, .elements = &one, .count = 1, .is_given = true
	};
	struct set c = { .part_count = 1 };
	const struct set *members[] = { &a, &b, &c };
	struct set s = { .members = members,
			 .member_count = 2,
			 .is_given = true };
	const struct element *e;

	(void)state;
	assert_int_equal(look_up(&s, 1, &e), ANSWER_YES);
	assert_int_equal(look_up(&s, 2, &e), ANSWER_NO);
	s.member_count = 3;
	assert_int_equal(look_up(&s, 2, &e), ANSWER_UNKNOWN);
	assert_int_equal(look_up(&s, 1, &e), ANSWER_YES);
}

static void what_a_dynamic_set_lacks_may_be_there_soon(void **state)
{
	struct element one = { .part = { { 1, 1 } } };
	struct set s = { .part_count = 1,
			 .elements = &one,
			 .count = 1,
			 .is_given = true,
			 .is_dynamic = true };
	const struct element *e;

	(void)state;
	assert_int_equal(look_up(&s, 1, &e), ANSWER_YES);
	assert_int_equal(look_up(&s, 2, &e), ANSWER_UNKNOWN);
}

static void equal_questions_are_recognised(void **state)
{
	struct cond a = in(FIELD_TTL, 1, 9), b = in(FIELD_TTL, 1, 9);
	struct cond c = in(FIELD_TTL, 1, 8), d = in(FIELD_TOS, 1, 9);
	struct cond x = list(COND_ALL, &a, 1), y = list(COND_ALL, &b, 1);

	(void)state;
	assert_true(cond_equal(&a, &b));
	assert_false(cond_equal(&a, &c));
	assert_false(cond_equal(&a, &d));
	assert_true(cond_equal(&x, &y));
	b.inverted = true;
	assert_false(cond_equal(&x, &y));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_ask_for_the_masked_field),
		cmocka_unit_test(a_field_that_is_not_known_leaves_it_open),
		cmocka_unit_test(one_sure_answer_settles_a_list),
		cmocka_unit_test(an_empty_all_is_yes_and_an_empty_any_no),
		cmocka_unit_test(an_oracle_is_asked_for_what_is_open),
		cmocka_unit_test(sorted_sets_are_searched),
		cmocka_unit_test(the_narrowest_element_decides),
		cmocka_unit_test(a_list_holds_what_its_members_hold),
		cmocka_unit_test(what_a_dynamic_set_lacks_may_be_there_soon),
		cmocka_unit_test(equal_questions_are_recognised),
	};

	return cmocka_run_group_tests(tests, begin, end);
}

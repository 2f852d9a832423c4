#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "ruleset/ranges.h"

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return arena ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const struct ranges *of(const struct range *list, size_t count)
{
	const struct ranges *r = ranges_of(arena, list, count);

	assert_non_null(r);
	return r;
}

static void ranges_are_sorted_and_never_touch(void **state)
{
	const struct range list[] = { { 5, 9 }, { 0, 1 }, { 2, 3 }, { 8, 12 } };
	const struct ranges *r = of(list, 4);

	(void)state;
	assert_int_equal(r->count, 2);
	assert_true(r->range[0].last == 3 && r->range[1].first == 5 &&
		    r->range[1].last == 12);
}

static void a_complement_of_a_complement_is_the_same(void **state)
{
	const struct range list[] = { { 0, 0 }, { 7, 9 }, { 250, 255 } };
	const struct ranges *r = of(list, 3);
	const struct ranges *c = ranges_complement(arena, r, 255);

	(void)state;
	assert_int_equal(c->count, 2);
	assert_true(ranges_equal(ranges_complement(arena, c, 255), r));
	assert_false(ranges_overlap(r, c));
	assert_true(ranges_is_all(ranges_union(arena, r, c), 255));
	assert_int_equal(ranges_intersection(arena, r, c)->count, 0);
}

static void the_whole_of_128_bits_has_no_complement(void **state)
{
	const struct ranges *all = ranges_one(arena, 0, ~(u128)0);

	(void)state;
	assert_int_equal(ranges_complement(arena, all, ~(u128)0)->count, 0);
	assert_true(ranges_is_all(
		ranges_complement(arena, ranges_none(arena), ~(u128)0),
		~(u128)0));
}

static void masks_give_the_numbers_whose_bits_fit(void **state)
{
	const struct ranges *two = ranges_one(arena, 2, 2);
	const struct ranges *r = ranges_masked(arena, two, 0x17, 8, 100);

	(void)state;
	assert_non_null(r);
	for (unsigned n = 0; n < 256; n++)
		assert_int_equal(ranges_has(r, n), (n & 0x17) == 2);
	assert_null(ranges_masked(arena, two, 0x17, 8, 3));
}

static void covering_is_told_from_meeting(void **state)
{
	const struct range wide[] = { { 0, 10 }, { 20, 30 } };
	const struct range narrow[] = { { 2, 3 }, { 25, 30 } };
	const struct range across[] = { { 9, 21 } };

	(void)state;
	assert_true(ranges_covers(of(wide, 2), of(narrow, 2)));
	assert_false(ranges_covers(of(wide, 2), of(across, 1)));
	assert_true(ranges_overlap(of(wide, 2), of(across, 1)));
	assert_true(ranges_covers(of(wide, 2), ranges_none(arena)));
}

static void without_memory_the_answer_is_null(void **state)
{
	(void)state;
	arena_fail_at(arena, 1);
	assert_null(ranges_union(arena, ranges_one(arena, 1, 2), NULL));
	assert_null(ranges_complement(arena, NULL, 255));
	arena_fail_at(arena, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_are_sorted_and_never_touch),
		cmocka_unit_test(a_complement_of_a_complement_is_the_same),
		cmocka_unit_test(the_whole_of_128_bits_has_no_complement),
		cmocka_unit_test(masks_give_the_numbers_whose_bits_fit),
		cmocka_unit_test(covering_is_told_from_meeting),
		cmocka_unit_test(without_memory_the_answer_is_null),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

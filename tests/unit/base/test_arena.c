#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdalign.h>
#include <string.h>

#include "base/arena.h"

enum { PIECES = 3000 };

static int with_arena(void **state)
{
	*state = arena_new();
	return *state ? 0 : -1;
}

static int without_arena(void **state)
{
	arena_free(*state);
	return 0;
}

static int all_are(const unsigned char *p, size_t size, int value)
{
	for (size_t i = 0; i < size; i++)
		if (p[i] != value)
			return 0;

	return 1;
}

static void memory_is_zeroed_and_aligned_for_anything(void **state)
{
	for (size_t size = 1; size < 200; size++) {
		unsigned char *p = arena_alloc(*state, size);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
		assert_true(all_are(p, size, 0));
		memset(p, 0xff, size);
	}
}

static size_t size_of_piece(size_t i)
{
	return i % 97 == 0 ? 10000 : i % 31 + 1;
}

static void pieces_keep_their_content(void **state)
{
	static unsigned char *pieces[PIECES];

	for (size_t i = 0; i < PIECES; i++) {
		pieces[i] = arena_alloc(*state, size_of_piece(i));
		assert_non_null(pieces[i]);
		memset(pieces[i], (int)(i & 0xff), size_of_piece(i));
	}
	for (size_t i = 0; i < PIECES; i++)
		assert_true(
			all_are(pieces[i], size_of_piece(i), (int)(i & 0xff)));
}

static void a_request_beyond_a_chunk_is_met(void **state)
{
	const size_t much = (size_t)1024 * 1024;
	char *before = arena_string(*state, "before");
	unsigned char *p = arena_alloc(*state, much);
	char *after = arena_string(*state, "after");

	assert_non_null(p);
	assert_true(all_are(p, much, 0));
	memset(p, 0xff, much);
	assert_string_equal(before, "before");
	assert_string_equal(after, "after");
}

static void an_impossible_size_gives_null(void **state)
{
	assert_null(arena_alloc(*state, SIZE_MAX));
	assert_null(arena_alloc(*state, SIZE_MAX - 16));
	assert_null(arena_copy(*state, "", SIZE_MAX));
	assert_non_null(arena_alloc(*state, 1));
}

static void a_copy_is_whole_and_terminated(void **state)
{
	char source[] = { 'a', 'b', '\0', 'c', 'd' };
	const char *copy = arena_copy(*state, source, sizeof(source));
	const char *empty = arena_copy(*state, NULL, 0);

	assert_memory_equal(copy, source, sizeof(source));
	assert_int_equal(copy[sizeof(source)], '\0');
	source[0] = 'x';
	assert_int_equal(copy[0], 'a');
	assert_string_equal(empty, "");
	for (size_t len = 1; len < 100; len++) {
		static const char many[100] = "0123456789abcdef0123456789";
		const char *s = arena_copy(*state, many, len);

		memset(arena_alloc(*state, 1), 0xff, 1);
		assert_int_equal(s[len], '\0');
	}
	assert_string_equal(arena_string(*state, "a claim"), "a claim");
}

static void the_nth_request_fails_and_all_behind_it(void **state)
{
	arena_fail_at(*state, 3);
	assert_non_null(arena_alloc(*state, 8));
	assert_non_null(arena_string(*state, "two"));
	assert_null(arena_alloc(*state, 8));
	assert_null(arena_string(*state, "four"));
	assert_null(arena_copy(*state, "five", 4));
	arena_fail_at(*state, 0);
	assert_non_null(arena_alloc(*state, 8));
}

static void two_arenas_do_not_share_memory(void **state)
{
	struct arena *other = arena_new();
	char *mine = arena_string(*state, "mine");
	const char *theirs = arena_string(other, "theirs");

	assert_string_equal(theirs, "theirs");
	arena_free(other);
	arena_free(NULL);
	assert_string_equal(mine, "mine");
}

#define IN_ARENA(claim)                                                        \
	cmocka_unit_test_setup_teardown(claim, with_arena, without_arena)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ARENA(memory_is_zeroed_and_aligned_for_anything),
		IN_ARENA(pieces_keep_their_content),
		IN_ARENA(a_request_beyond_a_chunk_is_met),
		IN_ARENA(an_impossible_size_gives_null),
		IN_ARENA(a_copy_is_whole_and_terminated),
		IN_ARENA(the_nth_request_fails_and_all_behind_it),
		IN_ARENA(two_arenas_do_not_share_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

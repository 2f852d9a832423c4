#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "host/snapshot.h"

static struct text text_of(const char *s)
{
	struct text t = TEXT_NULL;

	text_str(&t, s);
	return t;
}

static void add(struct snapshot *s, const char *key, const char *answer,
		int error)
{
	struct text k = text_of(key), a = text_of(answer);

	assert_int_equal(snapshot_add(s, &k, &a, error), 0);
	text_done(&k);
	text_done(&a);
}

static void assert_next(struct snapshot *s, const char *key, const char *answer,
			int error)
{
	struct text k = text_of(key), a = TEXT_NULL;

	assert_int_equal(snapshot_next(s, &k, &a), error);
	assert_string_equal(text_string(&a), answer);
	text_done(&k);
	text_done(&a);
}

static struct snapshot *some(void)
{
	struct snapshot *s = snapshot_new();

	assert_non_null(s);
	add(s, "a", "first", 0);
	add(s, "b", "", -ENOENT);
	add(s, "a", "second", 0);
	add(s, "", "of nothing", 7);
	return s;
}

static struct text file_of(const struct snapshot *s)
{
	struct text t = TEXT_NULL;

	assert_int_equal(snapshot_write(s, &t), 0);
	return t;
}

static int answer_to(const struct text *t, size_t len)
{
	struct snapshot *s = NULL;
	int answer = snapshot_read(&s, t->data, len);

	snapshot_free(s);
	return answer;
}

static void answers_come_in_order_and_the_last_stays(void **state)
{
	struct snapshot *s = some();

	(void)state;
	assert_next(s, "a", "first", 0);
	assert_next(s, "b", "", -ENOENT);
	assert_next(s, "a", "second", 0);
	assert_next(s, "a", "second", 0);
	assert_next(s, "c", "", -ENODATA);
	snapshot_rewind(s);
	assert_next(s, "a", "first", 0);
	snapshot_free(s);
}

static void what_is_written_is_read(void **state)
{
	struct snapshot *s = some(), *again = NULL;
	struct text file = file_of(s), second;

	(void)state;
	assert_int_equal(snapshot_read(&again, file.data, file.len), 0);
	assert_int_equal(snapshot_count(again), 4);
	assert_next(again, "", "of nothing", 7);
	assert_next(again, "b", "", -ENOENT);
	assert_next(again, "a", "first", 0);
	assert_next(again, "a", "second", 0);
	second = file_of(again);
	assert_int_equal(second.len, file.len);
	assert_memory_equal(second.data, file.data, file.len);
	text_done(&file);
	text_done(&second);
	snapshot_free(s);
	snapshot_free(again);
}

static void an_empty_one_is_a_file_too(void **state)
{
	struct snapshot *s = snapshot_new(), *again = NULL;
	struct text file = file_of(s);

	(void)state;
	assert_int_equal(snapshot_read(&again, file.data, file.len), 0);
	assert_int_equal(snapshot_count(again), 0);
	text_done(&file);
	snapshot_free(s);
	snapshot_free(again);
}

static void one_cut_anywhere_is_refused(void **state)
{
	struct snapshot *s = some();
	struct text file = file_of(s);

	(void)state;
	for (size_t len = 0; len < file.len; len++)
		assert_int_equal(answer_to(&file, len),
				 len < 8 ? SNAPSHOT_NONE : SNAPSHOT_DAMAGED);
	text_done(&file);
	snapshot_free(s);
}

/* Padding of deflate may hold anything. */
static void assert_refused_or_same(const struct text *changed,
				   const struct text *file)
{
	struct snapshot *s = NULL;
	struct text again;

	if (snapshot_read(&s, changed->data, changed->len))
		return;

	again = file_of(s);
	assert_int_equal(again.len, file->len);
	assert_memory_equal(again.data, file->data, file->len);
	text_done(&again);
	snapshot_free(s);
}

static void a_changed_bit_changes_no_answer(void **state)
{
	struct snapshot *s = some();
	struct text file = file_of(s), changed = file_of(s);

	(void)state;
	/* From the checksum on; the two zeros before are for later. */
	for (size_t bit = 12 * 8; bit < file.len * 8; bit++) {
		changed.data[bit / 8] ^= (char)(1 << bit % 8);
		assert_refused_or_same(&changed, &file);
		changed.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	text_done(&changed);
	text_done(&file);
	snapshot_free(s);
}

static void a_later_version_and_another_order_are_told(void **state)
{
	struct snapshot *s = some();
	struct text file = file_of(s);

	(void)state;
	file.data[9] ^= 3;
	assert_int_equal(answer_to(&file, file.len), SNAPSHOT_FOREIGN);
	file.data[8]++;
	assert_int_equal(answer_to(&file, file.len), SNAPSHOT_NEWER);
	text_done(&file);
	snapshot_free(s);
}

static void a_size_that_cannot_be_asks_for_no_memory(void **state)
{
	struct snapshot *s = some();
	struct text file = file_of(s);

	(void)state;
	memcpy(file.data + 16, "\0\0\0\0\x1f\xff\xff\xff", 8);
	assert_int_equal(answer_to(&file, file.len), SNAPSHOT_DAMAGED);
	memset(file.data + 16, 0xff, 8);
	assert_int_equal(answer_to(&file, file.len), SNAPSHOT_DAMAGED);
	text_done(&file);
	snapshot_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_come_in_order_and_the_last_stays),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(an_empty_one_is_a_file_too),
		cmocka_unit_test(one_cut_anywhere_is_refused),
		cmocka_unit_test(a_changed_bit_changes_no_answer),
		cmocka_unit_test(a_later_version_and_another_order_are_told),
		cmocka_unit_test(a_size_that_cannot_be_asks_for_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

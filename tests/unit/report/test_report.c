#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/report.h"

static void flows_are_counted_by_status_and_symptom(void **state)
{
	const struct verdict v = { .status = STATUS_FAILING,
				   .symptom = SYMPTOM_REFUSED_BY_RST };
	const struct verdict ok = { .status = STATUS_HEALTHY,
				    .symptom = SYMPTOM_NONE };
	struct report_summary s = { .packets = 0 };

	(void)state;
	report_count(&s, &v);
	report_count(&s, &v);
	report_count(&s, &ok);
	assert_int_equal(s.by_status[STATUS_FAILING], 2);
	assert_int_equal(s.by_status[STATUS_HEALTHY], 1);
	assert_int_equal(s.by_status[STATUS_UNKNOWN], 0);
	assert_int_equal(s.by_symptom[SYMPTOM_REFUSED_BY_RST], 2);
	assert_int_equal(s.by_symptom[SYMPTOM_NONE], 1);
}

static void writing_waits_until_it_is_worth_it(void **state)
{
	struct report r = { .file = tmpfile() };

	(void)state;
	assert_non_null(r.file);
	text_str(&r.out, "little");
	report_flush(&r, false);
	assert_int_equal(ftell(r.file), 0);
	text_fill(&r.out, 'x', 1 << 20);
	report_flush(&r, false);
	assert_int_equal(ftell(r.file), 6 + (1 << 20));
	assert_int_equal(r.out.len, 0);
	text_str(&r.out, "end");
	report_flush(&r, true);
	assert_int_equal(ftell(r.file), 9 + (1 << 20));
	assert_false(r.failed);
	(void)fclose(r.file);
	text_done(&r.out);
}

static void a_full_disk_is_noticed(void **state)
{
	struct report r = { .file = fopen("/dev/full", "w") };

	(void)state;
	if (!r.file)
		skip();
	text_str(&r.out, "lost");
	report_flush(&r, true);
	assert_true(r.failed);
	(void)fclose(r.file);
	text_done(&r.out);
}

static void want_of_memory_is_noticed(void **state)
{
	struct report r = { .file = tmpfile() };

	(void)state;
	assert_non_null(r.file);
	text_str(&r.out, "half");
	assert_false(text_reserve(&r.out, SIZE_MAX));
	report_flush(&r, true);
	assert_true(r.failed);
	(void)fclose(r.file);
	text_done(&r.out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flows_are_counted_by_status_and_symptom),
		cmocka_unit_test(writing_waits_until_it_is_worth_it),
		cmocka_unit_test(a_full_disk_is_noticed),
		cmocka_unit_test(want_of_memory_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The ledger of changes: in a mount namespace of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "fix/ledger.h"

static bool is_alone;

static int enter(void **state)
{
	(void)state;
	is_alone = !geteuid() && !unshare(CLONE_NEWNS) &&
		   !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
		   !mount("none", "/var/lib", "tmpfs", 0, "size=1m");
	return 0;
}

static void is_read(const char *log, struct ledger_progress *p)
{
	char copy[1024];

	(void)snprintf(copy, sizeof(copy), "%s", log);
	ledger_read(p, copy);
}

static void the_log_tells_what_was_done(void **state)
{
	struct ledger_progress p;

	(void)state;
	is_read("\n1 prepared -1 a change;\n\n2 boot -1 the-boot;\n"
		"\n3 deadline -1 99;\n\n4 applying -1 ;\n\n5 begin 0 ;\n"
		"\n6 done 0 ;\n\n7 begin 1 ;\n\n8 taken-back 0 why; so;\n",
		&p);
	assert_int_equal(p.state, LEDGER_APPLYING);
	assert_int_equal(p.at_ns, 8);
	assert_int_equal(p.deadline_ns, 99);
	assert_string_equal(p.boot, "the-boot");
	assert_string_equal(p.detail, "why; so");
	assert_true(p.is_begun[0] && p.is_done[0] && p.is_undone[0]);
	assert_true(p.is_begun[1] && !p.is_done[1] && !p.is_undone[1]);
}

static void what_a_crash_cut_off_says_nothing(void **state)
{
	static const char *const cut[] = {
		"\n2 undone -1 ",
		"\n2 undone -1",
		"\n2 undone ",
		"\n2 undo",
		"\n2",
		"\n2 begin 0",
		"\n2 undone -1 why;\r",
		"undone -1 ;\n",
		"\n2 ;\n",
		"\n2 undone 64 ;\n",
		"\n2 undone -2 ;\n",
		"\n\n;;\n",
		"\n2 a-word-that-is-much-too-long -1 ;\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cut) / sizeof(*cut); i++) {
		struct ledger_progress p;
		char log[200];

		(void)snprintf(log, sizeof(log), "\n1 applied -1 ;\n%s",
			       cut[i]);
		is_read(log, &p);
		if (p.state != LEDGER_APPLIED || p.is_begun[0])
			fail_msg("%s", cut[i]);
		/* The next line is whole again. */
		(void)snprintf(log, sizeof(log),
			       "\n1 applied -1 ;\n%s\n3 stuck -1 ;\n", cut[i]);
		is_read(log, &p);
		assert_int_equal(p.state, LEDGER_STUCK);
	}
}

static void begin(struct ledger *l, struct arena *a)
{
	struct order o = { .what = "first\nsecond" };

	assert_int_equal(ledger_create(l, a, &o, "rules", 5), 0);
	assert_string_equal(o.id, l->id);
}

static void it_is_kept_and_found_again(void **state)
{
	struct arena *a = arena_new();
	struct ledger l, again;
	struct ledger_progress p;
	struct text t = TEXT_NULL;
	struct order o;
	struct stat st;
	char id[32];

	(void)state;
	if (!is_alone)
		skip();
	begin(&l, a);
	assert_int_equal(ledger_progress(&l, &p), 0);
	assert_int_equal(p.state, LEDGER_PREPARED);
	assert_string_equal(p.detail, "first second");
	assert_int_equal(ledger_latest(id, true), -ENOENT);
	assert_int_equal(ledger_state(&l, LEDGER_APPLIED, NULL), 0);
	assert_int_equal(ledger_latest(id, true), 0);
	assert_string_equal(id, l.id);

	assert_int_equal(ledger_open(&again, id, false), 0);
	assert_int_equal(ledger_get(&again, "rules", &t), 0);
	assert_string_equal(text_string(&t), "rules");
	assert_int_equal(ledger_order(&again, a, &o), 0);
	assert_string_equal(o.what, "first\nsecond");
	assert_int_equal(ledger_state(&again, LEDGER_UNDONE, NULL), -EROFS);
	assert_int_equal(fstat(again.folder, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(fstat(again.log, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(ledger_state(&l, LEDGER_UNDONE, NULL), 0);
	text_done(&t);
	ledger_close(&again);
	ledger_close(&l);
	arena_free(a);
}

static void a_name_that_is_no_id_leads_nowhere(void **state)
{
	static const char *const bad[] = {
		"..", "../x", "", "a", ".lock", "1/../1", "20261122T143105-1 "
	};
	struct ledger l;

	(void)state;
	if (!is_alone)
		skip();
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(ledger_open(&l, bad[i], false), -ENOENT);
}

static void a_full_disk_does_not_stop_the_log(void **state)
{
	struct arena *a = arena_new();
	struct ledger_progress p;
	struct ledger l, other;
	struct order o = { .what = "x" };
	FILE *f;

	(void)state;
	if (!is_alone)
		skip();
	begin(&l, a);
	f = fopen("/var/lib/filler", "w");
	assert_non_null(f);
	(void)setvbuf(f, NULL, _IONBF, 0);
	while (fputs("filled with what fills it\n", f) >= 0)
		continue;
	(void)fclose(f);
	assert_int_equal(ledger_create(&other, a, &o, "rules", 5), -ENOSPC);
	for (int i = 0; i < 100; i++)
		assert_int_equal(ledger_note(&l, "begin", 0, "%d", i), 0);
	assert_int_equal(ledger_state(&l, LEDGER_UNDONE, NULL), 0);
	assert_int_equal(ledger_progress(&l, &p), 0);
	assert_int_equal(p.state, LEDGER_UNDONE);
	assert_int_equal(unlink("/var/lib/filler"), 0);
	ledger_close(&l);
	arena_free(a);
}

static void a_folder_that_others_may_write_is_not_trusted(void **state)
{
	struct arena *a = arena_new();
	struct order o = { .what = "x" };
	struct ledger l;

	(void)state;
	if (!is_alone)
		skip();
	begin(&l, a);
	ledger_close(&l);
	assert_int_equal(chmod(LEDGER_FOLDER, 0777), 0);
	assert_int_equal(ledger_create(&l, a, &o, "rules", 5), -EPERM);
	assert_int_equal(ledger_open(&l, l.id, true), -EPERM);
	assert_int_equal(chmod(LEDGER_FOLDER, 0700), 0);
	arena_free(a);
}

static void one_change_at_a_time(void **state)
{
	int first, second;

	(void)state;
	if (!is_alone)
		skip();
	assert_int_equal(ledger_lock_all(&first), 0);
	assert_int_equal(ledger_lock_all(&second), -EBUSY);
	(void)close(first);
	assert_int_equal(ledger_lock_all(&second), 0);
	(void)close(second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_log_tells_what_was_done),
		cmocka_unit_test(what_a_crash_cut_off_says_nothing),
		cmocka_unit_test(it_is_kept_and_found_again),
		cmocka_unit_test(a_name_that_is_no_id_leads_nowhere),
		cmocka_unit_test(a_full_disk_does_not_stop_the_log),
		cmocka_unit_test(a_folder_that_others_may_write_is_not_trusted),
		cmocka_unit_test(one_change_at_a_time),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}

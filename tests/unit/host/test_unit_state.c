#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "host/guard.h"
#include "host/reader.h"
#include "host/unit_state.h"

static const char shown[] =
	"Type=simple\nResult=exit-code\nExecMainCode=1\nExecMainStatus=255\n"
	"Id=ssh.service\nNames=sshd.service ssh.service\nLoadState=loaded\n"
	"ActiveState=failed\nSubState=failed\n"
	"FragmentPath=/lib/systemd/system/ssh.service\n"
	"\n"
	"Result=trigger-limit-hit\nId=web.socket\nNames=web.socket\n"
	"Triggers=web.service\nLoadState=loaded\nActiveState=failed\n"
	"SubState=failed\n"
	"\n"
	"Type=simple\nResult=signal\nExecMainCode=2\nExecMainStatus=11\n"
	"Id=crash.service\nActiveState=failed\n"
	"\n"
	"Type=\nResult=success\nExecMainCode=0\nExecMainStatus=0\n"
	"Id=nothere.service\nLoadState=not-found\nActiveState=inactive\n";

static struct arena *arena;

static const struct unit_state *parse(const char *text)
{
	const struct unit_state *list;

	assert_int_equal(unit_state_parse(&list, arena, text, strlen(text)), 0);
	return list;
}

static const char *how(const struct unit_state *s)
{
	static struct text t;

	text_clear(&t);
	unit_state_how(&t, s);
	return text_string(&t);
}

static void units_are_told_apart_by_empty_lines(void **state)
{
	const struct unit_state *list = parse(shown);
	const struct unit_state *s = unit_state_find(list, "sshd.service");

	(void)state;
	assert_non_null(s);
	assert_string_equal(s->id, "ssh.service");
	assert_true(unit_state_has_failed(s));
	assert_string_equal(s->file, "/lib/systemd/system/ssh.service");
	assert_string_equal(s->triggers, "");
	assert_null(unit_state_find(list, "ssh"));
	s = unit_state_find(list, "nothere.service");
	assert_non_null(s);
	assert_false(unit_state_has_failed(s));
	assert_string_equal(s->load, "not-found");
}

static void how_it_failed_is_said(void **state)
{
	const struct unit_state *list = parse(shown);

	(void)state;
	assert_string_equal(how(unit_state_find(list, "ssh.service")),
			    "exit-code, status 255");
	assert_string_equal(how(unit_state_find(list, "web.socket")),
			    "trigger-limit-hit");
	assert_string_equal(how(unit_state_find(list, "crash.service")),
			    "signal 11");
}

static void what_is_no_answer_is_no_unit(void **state)
{
	(void)state;
	assert_null(parse(""));
	assert_null(parse("\n\n\n"));
	assert_null(parse("ActiveState=failed\n\nId=\n"));
	assert_null(parse("Failed to connect to bus"));
}

static int answer(struct reader *r, const struct reader_question *q,
		  struct text *ret)
{
	(void)r;
	if (!strcmp(q->path, "failed-units"))
		text_str(ret, "Id=a.service\nActiveState=failed\n");
	return 0;
}

/* In a chroot systemctl says nothing, and ends well. */
static void silence_is_not_taken_for_nothing_failed(void **state)
{
	const char *const name = "ssh.service";
	const struct unit_state *list;
	struct reader mute = { .ask = answer };

	(void)state;
	reader_use(&mute);
	assert_int_equal(unit_state_ask(&list, arena, &name, 1), -EIO);
	assert_int_equal(unit_state_failed(&list, arena), -EIO);
	reader_use(NULL);
}

static void only_plain_names_are_asked_for(void **state)
{
	static const char *const bad[] = {
		"unit-states ",
		"unit-states *.service",
		"unit-states -H.service",
		"unit-states a.service  b.service",
		"unit-states a.mount",
		"unit-states ../a.service",
		"unit-states a.service;reboot.service",
		"unit-states .service",
		"unit-states",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct reader *guard = guard_reader();
		struct reader_question q = { .kind = READER_NOTE,
					     .path = bad[i] };
		struct text t = TEXT_NULL;
		int err = guard->ask(guard, &q, &t);

		assert_true(err == -EINVAL || err == -EACCES);
		text_done(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_are_told_apart_by_empty_lines),
		cmocka_unit_test(how_it_failed_is_said),
		cmocka_unit_test(what_is_no_answer_is_no_unit),
		cmocka_unit_test(silence_is_not_taken_for_nothing_failed),
		cmocka_unit_test(only_plain_names_are_asked_for),
	};
	int failed;

	arena = arena_new();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}

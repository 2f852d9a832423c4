/* A change of the host, its confirmation, and its undo: in namespaces of its own, with
 * the real tools. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "fix/apply.h"
#include "fix/replace.h"
#include "fix/rules_edit.h"
#include "fix/rules_same.h"
#include "ruleset/live.h"
#include "ruleset/read.h"

static const char allow[] = "# who may come\nsshd: ALL\n";
static const char allow_after[] =
	"# who may come\nin.telnetd: 10.1.0.7\nsshd: ALL\n";

static bool is_alone;

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int enter(void **state)
{
	(void)state;
	if (geteuid() || unshare(CLONE_NEWNET | CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", "/run", "tmpfs", 0, NULL) ||
	    mount("none", "/var/lib", "tmpfs", 0, NULL) ||
	    mount("none", "/srv", "tmpfs", 0, NULL) ||
	    mount("none", "/etc/cron.d", "tmpfs", 0, NULL))
		return 0;
	is_alone = true;
	return 0;
}

struct scene {
	struct arena *arena;
	struct ruleset *ruleset;
	struct problems *problems;
	struct order order;
	struct order_step steps[4];
	struct rule_edit edit;
	struct ledger ledger;
	struct text before, why;
};

static void run(const char *command)
{
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c) */
}

static void begin(struct scene *s, const char *engine)
{
	struct live live;
	bool is_nft = !strcmp(engine, "nft");
	struct rules_change *c = &s->steps[0].change.rules;

	if (!is_alone)
		skip();
	*s = (struct scene){ .arena = arena_new(), .problems = problems_new() };
	run("iptables-legacy -F; iptables-nft -F; nft flush ruleset");
	if (is_nft)
		run("nft 'add table inet f; add chain inet f i { type filter hook input "
		    "priority 0; policy accept; }; add rule inet f i tcp dport 22 accept; "
		    "add rule inet f i tcp dport 23 counter reject'");
	else if (!strcmp(engine, "legacy"))
		run("iptables-legacy -A INPUT -p tcp --dport 22 -j ACCEPT; "
		    "iptables-legacy -A INPUT -j REJECT");
	else
		run("iptables-nft -A INPUT -p tcp --dport 22 -j ACCEPT; "
		    "iptables-nft -A INPUT -j REJECT");
	put("/srv/hosts.allow", allow);
	assert_int_equal(rules_same_gather(&s->before), 0);
	s->ruleset = ruleset_new(s->problems);
	assert_int_equal(live_read_gathered(s->ruleset, text_string(&s->before),
					    s->before.len, &live),
			 0);
	assert_int_equal(ruleset_link(s->ruleset), 0);
	s->edit = (struct rule_edit){
		.kind = EDIT_INSERT,
		.chain = is_nft ? "i" : "INPUT",
		.number = 2,
		.words = is_nft ? "tcp dport 23 accept"
				: "-p tcp -m tcp --dport 23 -j ACCEPT",
	};
	*c = (struct rules_change){
		.engine = is_nft                      ? ENGINE_NFT
			  : !strcmp(engine, "legacy") ? ENGINE_LEGACY
						      : ENGINE_IPTABLES_NFT,
		.family = is_nft ? TABLE_INET : TABLE_IP,
		.table = is_nft ? "f" : "filter",
		.edits = &s->edit,
		.edit_count = 1,
	};
	assert_int_equal(rules_edit_script(s->ruleset, s->arena, c), 0);
	s->steps[1].change = (struct fix_change){
		.kind = CHANGE_FILE,
		.file = { .path = "/srv/hosts.allow",
			  .before = allow,
			  .after = allow_after },
	};
	s->steps[2] = (struct order_step){
		.is_lasting = true,
		.change = { .kind = CHANGE_FILE,
			    .file = { .path = "/srv/new.conf",
				      .after = "a = 1\n",
				      .mode = 0640 } },
	};
	s->order = (struct order){ .what = "test",
				   .confirm_within_s = 60,
				   .steps = s->steps,
				   .count = 3 };
}

static void done(struct scene *s)
{
	if (s->ledger.folder > 0)
		ledger_close(&s->ledger);
	ruleset_free(s->ruleset);
	problems_free(s->problems);
	arena_free(s->arena);
	text_done(&s->before);
	text_done(&s->why);
}

static bool are_rules_as_before(struct scene *s)
{
	struct text now = TEXT_NULL;
	bool ret;

	assert_int_equal(rules_same_gather(&now), 0);
	ret = rules_same(text_string(&s->before), s->before.len,
			 text_string(&now), now.len);
	text_done(&now);
	return ret;
}

static void apply(struct scene *s)
{
	int err = apply_begin(&s->ledger, s->arena, &s->order, &s->before,
			      &s->why);

	if (err)
		fail_msg("%d: %s", err, text_string(&s->why));
	assert_false(are_rules_as_before(s));
	assert_int_equal(replace_is("/srv/hosts.allow", allow_after), 1);
	assert_int_equal(replace_is("/srv/new.conf", NULL), 1);
}

static void is_old(struct scene *s)
{
	assert_true(are_rules_as_before(s));
	assert_int_equal(replace_is("/srv/hosts.allow", allow), 1);
	assert_int_equal(replace_is("/srv/new.conf", NULL), 1);
}

static enum ledger_state state_of(const struct scene *s)
{
	struct ledger_progress p;

	assert_int_equal(ledger_progress(&s->ledger, &p), 0);
	return p.state;
}

static const char *const engines[] = { "legacy", "iptables-nft", "nft" };

static void it_is_confirmed_and_undone_to_the_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct scene s;

		begin(&s, engines[i]);
		apply(&s);
		assert_int_equal(state_of(&s), LEDGER_APPLIED);
		assert_int_equal(apply_confirm(&s.ledger, &s.order, &s.why), 0);
		assert_int_equal(state_of(&s), LEDGER_CONFIRMED);
		assert_int_equal(replace_is("/srv/new.conf", "a = 1\n"), 1);
		assert_int_equal(apply_confirm(&s.ledger, &s.order, &s.why),
				 -ENOENT);
		assert_int_equal(apply_undo(&s.ledger, &s.order, &s.why), 0);
		is_old(&s);
		done(&s);
	}
}

static void without_confirmation_it_is_undone_by_itself(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct scene s;

		begin(&s, engines[i]);
		s.order.confirm_within_s = 1;
		apply(&s);
		for (int k = 0; k < 100 && state_of(&s) != LEDGER_UNDONE; k++)
			(void)poll(NULL, 0, 50);
		assert_int_equal(state_of(&s), LEDGER_UNDONE);
		is_old(&s);
		done(&s);
	}
}

static void a_killed_sentry_is_replaced(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, "legacy");
	s.order.confirm_within_s = 2;
	apply(&s);
	for (int i = 0; i < 3; i++) {
		run("pkill -9 -o --ns $$ --nslist net kiriwake-sentry");
		(void)poll(NULL, 0, 300);
	}
	for (int k = 0; k < 100 && state_of(&s) != LEDGER_UNDONE; k++)
		(void)poll(NULL, 0, 50);
	assert_int_equal(state_of(&s), LEDGER_UNDONE);
	is_old(&s);
	done(&s);
}

static void a_ruleset_that_changed_since_is_left_alone(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, "nft");
	run("nft add rule inet f i udp dport 53 drop");
	assert_int_equal(
		apply_begin(&s.ledger, s.arena, &s.order, &s.before, &s.why),
		-ESTALE);
	assert_int_equal(replace_is("/srv/hosts.allow", allow), 1);
	done(&s);
}

static void what_others_changed_meanwhile_stays(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, "nft");
	apply(&s);
	run("nft add rule inet f i udp dport 53 drop");
	put("/srv/hosts.allow",
	    "# who may come\nin.telnetd: 10.1.0.7\nsshd: ALL\nmine: ALL\n");
	assert_int_equal(apply_undo(&s.ledger, &s.order, &s.why), 0);
	run("nft list ruleset | grep -q 'udp dport 53 drop'");
	run("! nft list ruleset | grep -q 'tcp dport 23 accept'");
	assert_int_equal(replace_is("/srv/hosts.allow",
				    "# who may come\nsshd: ALL\nmine: ALL\n"),
			 1);
	done(&s);
}

static void a_step_that_fails_takes_all_back(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, "iptables-nft");
	put("/srv/hosts.allow", "another\n");
	assert_int_equal(
		apply_begin(&s.ledger, s.arena, &s.order, &s.before, &s.why),
		-ESTALE);
	assert_true(are_rules_as_before(&s));
	assert_int_equal(replace_is("/srv/hosts.allow", "another\n"), 1);
	done(&s);
}

static void the_next_run_takes_back_what_died_with_its_sentry(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, "legacy");
	s.order.confirm_within_s = 4;
	apply(&s);
	/* One that is left makes another. */
	run("for i in 1 2 3 4 5; do pkill -9 --ns $$ --nslist net kiriwake-sentry; done; true");
	(void)poll(NULL, 0, 6500);
	assert_int_equal(apply_recover(&s.why), 1);
	is_old(&s);
	done(&s);
}

static void what_cannot_be_taken_back_may_be_left(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, "legacy");
	apply(&s);
	assert_int_equal(apply_leave(&s.ledger, &s.why), -ENOENT);
	/* Our line, twice: which is ours? */
	put("/srv/hosts.allow",
	    "in.telnetd: 10.1.0.7\nin.telnetd: 10.1.0.7\nsshd: ALL\n");
	assert_int_not_equal(apply_undo(&s.ledger, &s.order, &s.why), 0);
	assert_int_equal(state_of(&s), LEDGER_STUCK);
	assert_int_equal(apply_leave(&s.ledger, &s.why), 0);
	assert_int_equal(state_of(&s), LEDGER_UNDONE);
	assert_true(are_rules_as_before(&s));
	done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_confirmed_and_undone_to_the_byte),
		cmocka_unit_test(without_confirmation_it_is_undone_by_itself),
		cmocka_unit_test(a_killed_sentry_is_replaced),
		cmocka_unit_test(a_ruleset_that_changed_since_is_left_alone),
		cmocka_unit_test(what_others_changed_meanwhile_stays),
		cmocka_unit_test(a_step_that_fails_takes_all_back),
		cmocka_unit_test(what_cannot_be_taken_back_may_be_left),
		cmocka_unit_test(
			the_next_run_takes_back_what_died_with_its_sentry),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}

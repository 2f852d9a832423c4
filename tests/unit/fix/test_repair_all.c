#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "planning.h"

/* Every cause of the catalogue ends in something to do, whoever asks and however
 * little is known; and what a case says never becomes a word of a command that
 * it should not be. */
static const struct tree_file nothing[] = { { NULL, NULL, 0 } };

static const char evil[] = "-x; $(reboot)\n'";

static const char *const fields[] = { "name",   "device",  "unit",
				      "file",   "cgroup",  "attach_type",
				      "daemon", "address", "program",
				      "table",  "state" };

static struct culprit *evil_culprit(struct planning *t, enum culprit_kind kind)
{
	struct culprit *c = planning_culprit(t, kind, evil);

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		culprit_text(c, t->record->arena, fields[i], evil);
	return c;
}

static void is_harmless(const struct fix_change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *const *argv = changes[i].run.argv;

		if (changes[i].kind != CHANGE_RUN)
			continue;
		for (size_t k = 0; argv && argv[k]; k++) {
			assert_null(strchr(argv[k], ';'));
			assert_null(strchr(argv[k], '\n'));
			assert_null(strchr(argv[k], '$'));
		}
	}
}

static void tried(const struct cause *cause, enum vantage vantage,
		  bool has_culprit)
{
	struct planning t;
	const struct fix_candidate *c;

	planning_begin(&t, nothing);
	case_at(t.record, vantage);
	(void)planning_make(&t, cause->id,
			    has_culprit ? evil_culprit(&t, cause->culprit)
					: NULL);
	if (!t.plan.first && !t.plan.elsewhere && !t.plan.remark_count)
		fail_msg("%s: nothing is said", cause->id);
	for (c = t.plan.first; c; c = c->next) {
		is_harmless(c->now, c->now_count);
		is_harmless(c->lasting, c->lasting_count);
		assert_non_null(c->summary);
		assert_true(c->command_count);
	}
	for (const struct fix_elsewhere *e = t.plan.elsewhere; e; e = e->next) {
		assert_true(*e->who && *e->what && *e->message);
		assert_non_null(strstr(e->message, "10.0.0.2"));
	}
	planning_end(&t);
}

static void every_cause_ends_in_something_to_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < cause_count; i++) {
		tried(cause_list[i], VANTAGE_SERVER, false);
		tried(cause_list[i], VANTAGE_SERVER, true);
		tried(cause_list[i], VANTAGE_CLIENT, false);
		tried(cause_list[i], VANTAGE_CLIENT, true);
	}
}

static void every_repair_is_about_causes_that_there_are(void **state)
{
	(void)state;
	for (size_t i = 0; i < repair_count; i++)
		for (size_t k = 0; k < REPAIR_CAUSES; k++)
			if (repair_list[i]->causes[k] &&
			    !cause_find(repair_list[i]->causes[k]))
				fail_msg("%s: %s is no cause",
					 repair_list[i]->id,
					 repair_list[i]->causes[k]);
	assert_string_equal(repair_list[repair_count - 1]->id, "elsewhere");
}

static void what_is_not_here_is_sent_with_the_evidence(void **state)
{
	struct planning t;
	struct attempt *a;
	struct address server = planning_address("10.0.0.2");
	struct address client = planning_address("10.1.0.7");

	(void)state;
	planning_begin(&t, nothing);
	a = case_client(t.record, &server, &client, 40000);
	assert_non_null(a);
	fact_tell(&a->facts, FACT_ROUTE_BACK_NONE, "route-back", NULL,
		  "No route leads back.");
	a->lines[SHOWN_FIRST] = (struct packet_line){
		.file = "lo",
		.line = "IP 10.1.0.7.40000 > 10.0.0.2.22: Flags [S]",
		.at_ns = INT64_C(1700000000123000000)
	};
	case_step(t.record, "address", STEP_PASS, 0, "10.0.0.2/24 on eth0");
	assert_null(planning_make(&t, "middlebox-rst", NULL));
	assert_non_null(t.plan.elsewhere);
	assert_non_null(
		strstr(t.plan.elsewhere->message, "No route leads back."));
	assert_non_null(strstr(t.plan.elsewhere->message,
			       "2023-11-14 22:13:20.123 UTC"));
	assert_non_null(strstr(t.plan.elsewhere->message, "Flags [S]"));
	assert_non_null(
		strstr(t.plan.elsewhere->message, "10.0.0.2/24 on eth0"));
	planning_end(&t);
}

static void
a_message_names_whom_it_is_about_and_what_is_only_likely(void **state)
{
	struct planning t;

	(void)state;
	planning_begin(&t, nothing);
	case_at(t.record, VANTAGE_CLIENT);
	t.record->target.host = "db7.example";
	t.plan.ask.has_server = false;
	assert_null(planning_make(&t, "dns-nxdomain", NULL));
	assert_non_null(t.plan.elsewhere);
	assert_non_null(strstr(t.plan.elsewhere->message, "db7.example"));
	assert_null(strstr(t.plan.elsewhere->message, "not proven"));
	t.plan.elsewhere = NULL;
	t.p.is_suspected = true;
	assert_null(planning_make(&t, "firewall-drop-silent", NULL));
	assert_non_null(t.plan.elsewhere);
	assert_non_null(strstr(t.plan.elsewhere->message, "not proven"));
	assert_null(strstr(t.plan.elsewhere->message,
			   t.plan.faults[0].cause->meaning));
	planning_end(&t);
}

static void a_server_s_fault_seen_by_the_client_is_the_server_s(void **state)
{
	struct planning t;

	(void)state;
	planning_begin(&t, nothing);
	case_at(t.record, VANTAGE_CLIENT);
	assert_null(planning_make(&t, "no-listener", NULL));
	assert_non_null(t.plan.elsewhere);
	assert_string_equal(t.plan.elsewhere->who,
			    "who runs the server 10.0.0.2");
	planning_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cause_ends_in_something_to_do),
		cmocka_unit_test(every_repair_is_about_causes_that_there_are),
		cmocka_unit_test(what_is_not_here_is_sent_with_the_evidence),
		cmocka_unit_test(
			a_message_names_whom_it_is_about_and_what_is_only_likely),
		cmocka_unit_test(
			a_server_s_fault_seen_by_the_client_is_the_server_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

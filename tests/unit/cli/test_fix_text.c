#include "cli/fix.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

const struct fix_look fix_files, fix_server;

/* A plan as it is told: everything in it is by hand. */
struct stage {
	struct fix_run run;
	struct fix_request request;
	struct case_record *record;
	struct diag *diag;
	struct case_verdict verdict;
	struct ticket ticket;
	struct text out;
	struct fix_candidate candidates[2];
	struct rehearsal rehearsal;
};

static const char *const argv[] = { "sysctl", "-w", "net.ipv4.x=0", NULL };
static const char *const undo_argv[] = { "sysctl", "-w", "net.ipv4.x=1", NULL };
static const char *const effect[] = {
	"It accepts exactly tcp/23 from 10.1.0.7; nothing else changes."
};
static const char *const commands[] = {
	"iptables-restore --noflush <<'EOF'\n*filter\nCOMMIT\nEOF",
	"sysctl -w net.ipv4.x=0",
};

static struct fix_change changes[] = {
	{ .kind = CHANGE_RULES,
	  .text = "It moves the rule.",
	  .undo_text = "It moves it back.",
	  .rules = { .engine = ENGINE_LEGACY,
		     .table = "filter",
		     .script = "iptables-restore --noflush <<'EOF'\n"
			       "*filter\nCOMMIT\nEOF\n",
		     .undo = "undone\n" } },
	{ .kind = CHANGE_RUN,
	  .text = "It sets x.",
	  .run = { .argv = argv, .undo = undo_argv } },
};

static struct fix_change lasting[] = {
	{ .kind = CHANGE_FILE,
	  .text = "The file is changed as well.",
	  .file = { .path = "/etc/x.conf",
		    .before = "a\nb\n",
		    .after = "a\nc\n",
		    .line = 2 } },
};

static void begin(struct stage *s)
{
	struct address server = address_v4(0x0a010001);
	struct address client = address_v4(0x0a010007);
	struct attempt *a;

	*s = (struct stage){ 0 };
	s->record = case_new();
	s->diag = diag_new();
	assert_non_null(s->record);
	assert_non_null(s->diag);
	case_at(s->record, VANTAGE_SERVER);
	s->record->target.protocol = IPPROTO_TCP;
	s->record->target.port = 23;
	s->record->target.host = "10.1.0.1";
	fact_tell(&s->record->general, FACT_FORETOLD, "server", NULL, NULL);
	a = case_client(s->record, &server, &client, 0);
	fact_tell(&a->facts, FACT_RULES_CATCHALL, "firewall", NULL, NULL);
	fact_tell(&a->facts, FACT_RULES_READ, "firewall", NULL, NULL);
	assert_int_equal(case_judge(s->diag, s->record, &s->verdict), 0);
	s->run = (struct fix_run){ .request = &s->request,
				   .by = &fix_server,
				   .record = s->record,
				   .verdict = &s->verdict,
				   .room_error = -EPERM };
	s->ticket = (struct ticket){ .width = 80 };
	ticket_init(&s->ticket, s->record, &s->verdict);
}

static void add_candidates(struct stage *s)
{
	struct fix_candidate *c = s->candidates;

	c[0] = (struct fix_candidate){
		.id = "rule-move",
		.summary = "move rule 5 of INPUT below rule 7",
		.why = "The ACCEPT is there already.",
		.now = changes,
		.now_count = 2,
		.lasting = lasting,
		.lasting_count = 1,
		.effect = { .text = effect,
			    .text_count = 1,
			    .is_known = true,
			    .lets_through = true,
			    .is_exact = true },
		.risk_text = "one rule moves.",
		.lasts = FIX_LASTS_YES,
		.owner = "iptables-persistent",
		.commands = commands,
		.command_count = 2,
		.next = &c[1],
	};
	c[1] = (struct fix_candidate){
		.id = "rule-insert",
		.summary = "insert an ACCEPT before rule 5",
		.effect = { .text = effect, .text_count = 1, .is_known = true },
		.risk = FIX_RISK_SOME,
	};
	s->run.plan.first = c;
	s->run.chosen = c;
	s->run.number = 1;
}

static void end(struct stage *s)
{
	text_done(&s->out);
	diag_free(s->diag);
	case_free(s->record);
}

static const char *told(struct stage *s)
{
	text_clear(&s->out);
	fix_text(&s->out, &s->run, &s->ticket);
	return text_string(&s->out);
}

static void says(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("it does not say \"%s\":\n%s", words, text);
}

static void a_command_is_told_as_a_shell_takes_it(void **state)
{
	struct stage s;

	(void)state;
	begin(&s);
	add_candidates(&s);
	says(told(&s),
	     "\niptables-restore --noflush <<'EOF'\n*filter\nCOMMIT\nEOF\n");
	says(told(&s), "\nsysctl -w net.ipv4.x=0\n");
	end(&s);
}

static void what_takes_it_back_comes_in_the_other_order(void **state)
{
	struct stage s;
	const char *text, *first;

	(void)state;
	begin(&s);
	add_candidates(&s);
	text = told(&s);
	first = strstr(text, "sysctl -w net.ipv4.x=1");
	assert_non_null(first);
	says(first, "It moves it back.");
	end(&s);
}

static void a_file_is_told_as_a_diff(void **state)
{
	struct stage s;

	(void)state;
	begin(&s);
	add_candidates(&s);
	says(told(&s), "The file is changed as well.");
	says(told(&s), "After a reboot");
	end(&s);
}

static void without_a_rehearsal_nothing_is_called_proven(void **state)
{
	struct stage s;

	(void)state;
	begin(&s);
	add_candidates(&s);
	says(told(&s), "not proven");
	says(told(&s), "Not rehearsed: that needs root");
	assert_null(strstr(told(&s), "\n  Proven"));
	end(&s);
}

static void rows_are_told_with_their_marks(void **state)
{
	struct stage s;
	struct rehearsal_row *row = s.rehearsal.row;

	(void)state;
	begin(&s);
	add_candidates(&s);
	row[REHEARSED_BEFORE] =
		(struct rehearsal_row){ REHEARSAL_PASS, "It fails as was said.",
					2 };
	row[REHEARSED_AFTER] =
		(struct rehearsal_row){ REHEARSAL_FAIL, "It fails yet.", 3 };
	row[REHEARSED_SESSION] =
		(struct rehearsal_row){ REHEARSAL_BLOCKED,
					"No session is known.", 0 };
	row[REHEARSED_EXPERIMENT] =
		(struct rehearsal_row){ REHEARSAL_NOT_TRIED, "Unasked.", 0 };
	s.candidates[0].rehearsal = &s.rehearsal;
	says(told(&s), "\n  + It fails as was said.\n");
	says(told(&s), "\n  X It fails yet.\n");
	says(told(&s), "\n  ? No session is known.\n");
	says(told(&s), "Not proven");
	assert_null(strstr(told(&s), "Unasked"));
	s.ticket.is_verbose = true;
	says(told(&s), "\n  - Unasked.\n");
	end(&s);
}

static void proof_is_called_so(void **state)
{
	struct stage s;

	(void)state;
	begin(&s);
	add_candidates(&s);
	s.rehearsal.is_proven = true;
	s.rehearsal.ms = 412;
	s.candidates[0].rehearsal = &s.rehearsal;
	says(told(&s), "Proven, in a throwaway network namespace (412 ms).");
	end(&s);
}

static void other_ways_are_numbered(void **state)
{
	struct stage s;

	(void)state;
	begin(&s);
	add_candidates(&s);
	says(told(&s), "2. insert an ACCEPT before rule 5 (risk: some)");
	s.run.chosen = &s.candidates[1];
	s.run.number = 2;
	says(told(&s), "1. move rule 5 of INPUT below rule 7");
	end(&s);
}

static void what_is_elsewhere_is_told_with_what_to_send(void **state)
{
	struct fix_elsewhere e = { .who = "the router 10.0.0.1",
				   .what = "It needs a route.",
				   .message = "Dear router,\nplease." };
	struct stage s;

	(void)state;
	begin(&s);
	s.run.plan.elsewhere = &e;
	says(told(&s), "the router 10.0.0.1: It needs a route.");
	says(told(&s), "\n    Dear router,\n    please.\n");
	end(&s);
}

static void nothing_in_it_moves_the_cursor(void **state)
{
	struct stage s;

	(void)state;
	begin(&s);
	add_candidates(&s);
	s.candidates[0].summary = "move \x1b[2J rule";
	s.candidates[0].risk_text = "\x07";
	assert_null(strchr(told(&s), '\x1b'));
	assert_null(strchr(told(&s), '\x07'));
	end(&s);
}

static void colour_ends_where_it_began(void **state)
{
	struct stage s;
	size_t begun = 0, ended = 0;

	(void)state;
	begin(&s);
	add_candidates(&s);
	s.ticket.colour = true;
	for (const char *p = told(&s); (p = strchr(p, '\x1b')); p++) {
		if (!strncmp(p, "\x1b[0m", 4))
			ended++;
		else
			begun++;
	}
	assert_true(begun > 0);
	assert_true(ended >= begun);
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_is_told_as_a_shell_takes_it),
		cmocka_unit_test(what_takes_it_back_comes_in_the_other_order),
		cmocka_unit_test(a_file_is_told_as_a_diff),
		cmocka_unit_test(without_a_rehearsal_nothing_is_called_proven),
		cmocka_unit_test(rows_are_told_with_their_marks),
		cmocka_unit_test(proof_is_called_so),
		cmocka_unit_test(other_ways_are_numbered),
		cmocka_unit_test(what_is_elsewhere_is_told_with_what_to_send),
		cmocka_unit_test(nothing_in_it_moves_the_cursor),
		cmocka_unit_test(colour_ends_where_it_began),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

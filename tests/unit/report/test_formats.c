#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "told.h"

enum { FLOWS = 5 };

static const struct report_options plain = { .all = false };
static const struct report_options everything = { .all = true };
static const struct report_options counts_only = { .summary = true };

/* What a packet, a file's name and a line of text may bring along. */
static const char hostile[] = "x\x1b]0;y\x07\"\\\n\xff\x9b{},</script>";

/* A report on the flows, all with one verdict; to be freed. */
static char *report_of(const char *format, const struct report_options *options,
		       const struct report_flow *f, size_t count)
{
	const struct format *how = format_find(format);
	struct problems *problems = problems_new();
	const struct problem where = { .file = hostile, .line = 3 };
	struct report_summary sum = { .packets = 9, .flows = count };
	struct report r = { .options = options };
	char *told = NULL;
	size_t len = 0;

	assert_non_null(how);
	assert_non_null(problems);
	problems_add(problems, &where, "It says %s.", hostile);
	r.file = open_memstream(&told, &len);
	assert_non_null(r.file);
	how->begin(&r);
	for (size_t i = 0; i < count; i++)
		(void)how->wants(&r, f);
	for (size_t i = 0; i < count; i++) {
		report_count(&sum, f->verdict);
		how->flow(&r, f);
		report_flush(&r, false);
	}
	how->end(&r, &sum, problems);
	report_flush(&r, true);
	assert_false(r.failed);
	assert_int_equal(fclose(r.file), 0);
	text_done(&r.out);
	problems_free(problems);
	return told;
}

/* Refused, by a name that is hostile too; the verdict is diag's own. */
static struct report_flow refused(struct diag *d)
{
	static struct fact_set facts;
	struct report_flow f = told_flow("2001:db8::7", "2001:db8::1");

	fact_add(&facts, FACT_SYN_SEEN);
	fact_add(&facts, FACT_RST_FOR_SYN);
	f.facts = &facts;
	f.verdict = diag_judge(d, &facts);
	f.name = hostile;
	f.lines[SHOWN_FIRST] = (struct packet_line){ .file = hostile,
						     .frame = 7,
						     .line = hostile };
	return f;
}

static int with_diag(void **state)
{
	*state = diag_new();
	return *state ? 0 : -1;
}

static int without_diag(void **state)
{
	diag_free(*state);
	return 0;
}

static void formats_are_found_by_their_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < format_count; i++) {
		const struct format *f = format_list[i];

		assert_ptr_equal(format_find(f->name), f);
		assert_non_null(strchr(f->mime, '/'));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(f->name, format_list[k]->name);
	}
	assert_non_null(format_find("text"));
	assert_non_null(format_find("json"));
	assert_non_null(format_find("jsonl"));
	assert_null(format_find("tex"));
	assert_null(format_find(""));
}

static size_t count_of(const char *s, const char *word)
{
	size_t count = 0;

	while ((s = strstr(s, word))) {
		s++;
		count++;
	}

	return count;
}

/* Neither a control, nor a byte that is not UTF-8, in any format. */
static void hostile_words_are_harmless_in_every_format(void **state)
{
	const struct report_flow f = refused(*state);

	for (size_t i = 0; i < format_count; i++) {
		char *told =
			report_of(format_list[i]->name, &everything, &f, 1);

		assert_non_null(strstr(told, "x"));
		for (const char *s = told; *s; s++)
			assert_true(*s == '\n' || (unsigned char)*s >= 0x20);
		assert_null(strchr(told, 0x7f));
		if (strcmp(format_list[i]->name, "text") != 0) {
			assert_null(strchr(told, (char)0xff));
			assert_null(strchr(told, (char)0x9b));
			assert_null(strstr(told, "\"x\x1b"));
		}
		free(told);
	}
}

/* Outside of strings, what is opened is closed, and in its order. */
static void assert_balanced(const char *s)
{
	char open[64];
	size_t depth = 0;
	bool in_string = false;

	for (; *s; s++) {
		if (in_string && *s == '\\')
			s++;
		else if (*s == '"')
			in_string = !in_string;
		else if (!in_string && (*s == '{' || *s == '['))
			open[depth++] = *s;
		else if (!in_string && (*s == '}' || *s == ']'))
			assert_true(depth && open[--depth] == *s - 2);
		assert_true(depth < sizeof(open));
	}
	assert_int_equal(depth, 0);
	assert_false(in_string);
}

static void json_is_one_object_with_every_flow(void **state)
{
	const struct report_flow f = refused(*state);
	char *told = report_of("json", &plain, &f, FLOWS);

	assert_balanced(told);
	assert_int_equal(told[0], '{');
	assert_string_equal(told + strlen(told) - 2, "}\n");
	assert_int_equal(count_of(told, "\"verdict\":"), FLOWS);
	assert_int_equal(count_of(told, "\"summary\": {"), 1);
	assert_int_equal(count_of(told, "\"failing\": 5"), 1);
	assert_int_equal(count_of(told, "\"refused-by-rst\": 5"), 1);
	free(told);
}

static void jsonl_is_a_line_a_flow_and_one_for_the_rest(void **state)
{
	const struct report_flow f = refused(*state);
	char *told = report_of("jsonl", &plain, &f, FLOWS);
	size_t lines = 0;
	char *rest = NULL;

	for (char *line = strtok_r(told, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		assert_balanced(line);
		assert_int_equal(line[0], '{');
		assert_int_equal(count_of(line, "\"verdict\":"),
				 lines++ < FLOWS);
	}
	assert_int_equal(lines, FLOWS + 1);
	free(told);
}

static void text_tells_flows_that_fail_alike_once(void **state)
{
	const struct report_flow f = refused(*state);
	const char *head = "[2001:db8::7]:50502 > [2001:db8::1]:5555 (tcp)";
	char *told = report_of("text", &plain, &f, FLOWS);

	assert_int_equal(count_of(told, head), 1);
	assert_non_null(strstr(told, "4"));
	assert_non_null(strstr(told, "refused-by-rst"));
	free(told);
	told = report_of("text", &everything, &f, FLOWS);
	assert_int_equal(count_of(told, head), FLOWS);
	free(told);
}

static void a_healthy_flow_is_told_only_on_demand(void **state)
{
	const struct report_flow f = told_flow("10.1.0.7", "172.16.1.2");
	char *told = report_of("text", &plain, &f, 1);

	(void)state;
	assert_null(strstr(told, "10.1.0.7"));
	free(told);
	told = report_of("text", &everything, &f, 1);
	assert_non_null(strstr(told, "10.1.0.7:50502 > 172.16.1.2:5555"));
	free(told);
}

static void a_summary_holds_no_flow(void **state)
{
	const struct report_flow f = refused(*state);

	for (size_t i = 0; i < format_count; i++) {
		char *told =
			report_of(format_list[i]->name, &counts_only, &f, 3);

		assert_null(strstr(told, "2001:db8::7"));
		assert_non_null(strstr(told, "refused-by-rst"));
		assert_non_null(strchr(told, '3'));
		free(told);
	}
}

#define WITH_DIAG(claim)                                                       \
	cmocka_unit_test_setup_teardown(claim, with_diag, without_diag)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_are_found_by_their_name),
		WITH_DIAG(hostile_words_are_harmless_in_every_format),
		WITH_DIAG(json_is_one_object_with_every_flow),
		WITH_DIAG(jsonl_is_a_line_a_flow_and_one_for_the_rest),
		WITH_DIAG(text_tells_flows_that_fail_alike_once),
		cmocka_unit_test(a_healthy_flow_is_told_only_on_demand),
		WITH_DIAG(a_summary_holds_no_flow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

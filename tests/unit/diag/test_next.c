#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <string.h>

#include "diag/next.h"
#include "facts.h"

static struct verdict fault(enum symptom s)
{
	return (struct verdict){ .symptom = s, .status = symptom_status(s) };
}

static bool has_no_source(enum symptom s)
{
	return s == SYMPTOM_LOCAL_REFUSED || s == SYMPTOM_SYN_NOT_SENT;
}

/* Wherever the trace was taken, and whoever sent the error. */
static void every_fault_has_a_step(void **state)
{
	static const enum fact_kind vantages[] = { FACT_IS_V4, FACT_AT_CLIENT,
						   FACT_AT_SERVER,
						   FACT_AT_ROUTER };

	static const enum fact_kind senders[] = { FACT_ICMP_FROM_TARGET,
						  FACT_ICMP_FROM_OTHER };

	(void)state;
	for (int i = 0; i < SYMPTOMS * 8; i++) {
		const struct verdict v = fault((enum symptom)(i / 8));
		const struct fact_set facts =
			FACTS(vantages[i % 4], senders[i / 4 % 2]);

		if (!is_fault(v.symptom) || has_no_source(v.symptom))
			continue;
		if (!next_at(&v, &facts, 0))
			fail_msg("%s, %s", symptom_id(v.symptom),
				 fact_id(vantages[i % 4]));
	}
}

static void nothing_is_to_be_done_without_a_fault(void **state)
{
	const struct verdict none = fault(SYMPTOM_NONE);
	const struct verdict unknown = fault(SYMPTOM_NOT_ENOUGH_SEEN);
	uint64_t seed = 1;

	(void)state;
	for (int i = 0; i < 100; i++) {
		const struct fact_set facts = facts_any(&seed, 3);

		assert_null(next_at(&none, &facts, 0));
		assert_null(next_at(&unknown, &facts, 0));
	}
}

/* A word in capitals is filled in, or is one of the tools' own. */
static bool is_known_word(const char *s, size_t len)
{
	static const char *const words[] = { "CLIENT", "SERVER", "PORT",
					     "PROTO",  "NAME",   "FORWARD",
					     "M",      "INPUT",  "OUTPUT",
					     "VL",     "IF",     "IP" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strlen(words[i]) == len && !strncmp(s, words[i], len))
			return true;

	return false;
}

static void assert_command(const char *command)
{
	const char *s = command;

	while (*s) {
		size_t len = 0;

		while (isupper((unsigned char)s[len]))
			len++;
		/* IpOutNoRoutes and the like are names of counters. */
		if (len > 1 && !islower((unsigned char)s[len]) &&
		    !is_known_word(s, len))
			fail_msg("\"%s\" has %.*s", command, (int)len, s);
		s += len ? len : 1;
	}
}

static void every_step_is_complete(void **state)
{
	uint64_t seed = 2;

	(void)state;
	for (int i = 0; i < SYMPTOMS * 50; i++) {
		const struct verdict v = fault((enum symptom)(i % SYMPTOMS));
		const struct fact_set facts = facts_any(&seed, 2);
		const struct next_step *n;

		for (size_t k = 0; (n = next_at(&v, &facts, k)); k++) {
			size_t len = strlen(n->why);

			assert_true(!strcmp(n->where, "client") ||
				    !strcmp(n->where, "server") ||
				    !strcmp(n->where, "router"));
			assert_true(len > 20 && n->why[len - 1] == '.');
			assert_null(strchr(n->command, '\n'));
			assert_command(n->command);
		}
	}
}

static void the_steps_differ_and_come_to_an_end(void **state)
{
	(void)state;
	for (int s = 0; s < SYMPTOMS; s++) {
		const struct verdict v = fault((enum symptom)s);
		const struct fact_set facts = FACTS(FACT_AT_CLIENT);
		size_t count = 0;

		while (next_at(&v, &facts, count))
			count++;
		assert_true(count < 10);
		assert_null(next_at(&v, &facts, count + 1));
		for (size_t a = 0; a < count; a++)
			for (size_t b = 0; b < a; b++)
				assert_ptr_not_equal(next_at(&v, &facts, a),
						     next_at(&v, &facts, b));
	}
}

static bool asks_for(const struct verdict *v, const struct fact_set *facts,
		     const char *where, const char *word)
{
	const struct next_step *n;

	for (size_t i = 0; (n = next_at(v, facts, i)); i++)
		if (!strcmp(n->where, where) && strstr(n->command, word))
			return true;

	return false;
}

static void nobody_is_asked_for_what_is_known(void **state)
{
	const struct verdict v = fault(SYMPTOM_SYN_UNANSWERED);
	const struct fact_set nowhere = FACTS(FACT_IS_V4);
	const struct fact_set at_server = FACTS(FACT_AT_SERVER);
	const struct fact_set pings = FACTS(FACT_HOST_PINGS);

	(void)state;
	assert_true(asks_for(&v, &nowhere, "server", "tcpdump"));
	assert_false(asks_for(&v, &at_server, "server", "tcpdump"));
	assert_true(asks_for(&v, &at_server, "server", "iptables-save"));
	assert_false(asks_for(&v, &nowhere, "server", "iptables-save"));
	assert_true(asks_for(&v, &nowhere, "client", "ping"));
	assert_false(asks_for(&v, &pings, "client", "ping"));
}

static void whoever_sent_the_error_is_asked(void **state)
{
	const struct verdict v = fault(SYMPTOM_REFUSED_BY_ICMP);
	const struct fact_set target = FACTS(FACT_ICMP_FROM_TARGET);
	const struct fact_set other = FACTS(FACT_ICMP_FROM_OTHER);

	(void)state;
	assert_true(asks_for(&v, &target, "server", "--line-numbers"));
	assert_false(asks_for(&v, &target, "router", ""));
	assert_true(asks_for(&v, &other, "router", "FORWARD"));
	assert_false(asks_for(&v, &other, "server", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fault_has_a_step),
		cmocka_unit_test(nothing_is_to_be_done_without_a_fault),
		cmocka_unit_test(every_step_is_complete),
		cmocka_unit_test(the_steps_differ_and_come_to_an_end),
		cmocka_unit_test(nobody_is_asked_for_what_is_known),
		cmocka_unit_test(whoever_sent_the_error_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

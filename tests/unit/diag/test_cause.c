#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "facts.h"

/* Of these a trace shows nothing by which they could be told apart, nor
 * excluded: what a datagram met behind the last place where it was seen. */
static const char *const without_facts[] = {
	"udp-drop",
	"udp-rcvbuf-full",
};

static bool is_listed(const char *id, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(list[i], id))
			return true;

	return false;
}

static bool is_id(const char *s)
{
	size_t len = strlen(s);

	return len &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == len &&
	       *s != '-' && s[len - 1] != '-' && !strstr(s, "--");
}

/* Sentences, the last one ended; %s would be taken for a gap to fill. */
static void assert_sentence(const struct cause *c, const char *s)
{
	size_t len = s ? strlen(s) : 0;

	if (len < 20 || (s[len - 1] != '.' && s[len - 1] != '?') ||
	    strchr(s, '\n') || strstr(s, "  "))
		fail_msg("%s: \"%s\"", c->id, s ? s : "");
}

static void every_cause_is_complete(void **state)
{
	(void)state;
	for (size_t i = 0; i < cause_count; i++) {
		const struct cause *c = cause_list[i];
		size_t len = strlen(c->title);

		assert_true(is_id(c->id));
		assert_true(c->number > 0);
		if (len < 10 || c->title[len - 1] == '.')
			fail_msg("%s: \"%s\"", c->id, c->title);
		assert_sentence(c, c->meaning);
		assert_sentence(c, c->told_apart);
		assert_sentence(c, c->separate_by);
		assert_sentence(c, c->fix);
		assert_in_range(c->place, PLACE_UNKNOWN + 1, PLACES - 1);
		assert_in_range(c->frequency, FREQUENCY_RARE, FREQUENCY_COMMON);
		assert_in_range(c->culprit, CULPRIT_NONE, CULPRITS - 1);
	}
}

static void ids_numbers_and_titles_are_of_one_cause_each(void **state)
{
	(void)state;
	for (size_t a = 0; a < cause_count; a++)
		for (size_t b = 0; b < a; b++) {
			const struct cause *x = cause_list[a];
			const struct cause *y = cause_list[b];

			assert_string_not_equal(x->id, y->id);
			assert_string_not_equal(x->title, y->title);
			assert_string_not_equal(x->meaning, y->meaning);
			if (x->number == y->number)
				fail_msg("%s and %s are %d", x->id, y->id,
					 x->number);
		}
}

static void every_cause_shows_a_fault_and_only_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < cause_count; i++) {
		uint32_t shows = cause_list[i]->shows;

		assert_int_not_equal(shows, 0);
		for (int s = 0; s < 32; s++)
			if (shows >> s & 1 &&
			    (s >= SYMPTOMS || !is_fault((enum symptom)s)))
				fail_msg("%s shows %d", cause_list[i]->id, s);
	}
}

static void every_cause_can_be_told_from_another(void **state)
{
	const size_t count = sizeof(without_facts) / sizeof(*without_facts);

	(void)state;
	for (size_t i = 0; i < cause_count; i++) {
		const struct cause *c = cause_list[i];
		bool has_facts =
			c->needs[0] || c->needs_any[0] || c->ruled_out_by[0];

		if (has_facts == is_listed(c->id, without_facts, count))
			fail_msg("%s %s facts", c->id,
				 has_facts ? "has" : "has no");
	}
}

/* Else it could never be found. */
static void no_cause_excludes_what_it_needs(void **state)
{
	(void)state;
	for (size_t i = 0; i < cause_count; i++) {
		const struct cause *c = cause_list[i];
		bool can_be = !c->needs_any[0];

		for (int k = 0; k < CAUSE_FACTS; k++) {
			enum fact_kind any = c->needs_any[k];

			if (any && !facts_name(c->ruled_out_by, any))
				can_be = true;
			if (c->needs[k] &&
			    facts_name(c->ruled_out_by, c->needs[k]))
				fail_msg("%s: %s", c->id, fact_id(c->needs[k]));
		}
		if (!can_be)
			fail_msg("%s excludes all that it needs", c->id);
		assert_false(c->proven_by &&
			     facts_name(c->ruled_out_by, c->proven_by));
	}
}

static void no_cause_is_favoured_by_what_excludes_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < cause_count; i++) {
		const struct cause *c = cause_list[i];

		for (int k = 0; k < CAUSE_FACTS && c->favoured_by[k]; k++)
			if (facts_name(c->ruled_out_by, c->favoured_by[k]))
				fail_msg("%s: %s", c->id,
					 fact_id(c->favoured_by[k]));
	}
}

/* Facts behind a gap would be passed over; a fact twice is an oversight, except
 * in favour, where it counts twice. */
static void lists_of_facts_have_no_gaps_and_no_twins(void **state)
{
	(void)state;
	for (size_t i = 0; i < cause_count; i++) {
		const struct cause *c = cause_list[i];

		const enum fact_kind *lists[] = { c->needs, c->needs_any,
						  c->ruled_out_by,
						  c->favoured_by };

		for (size_t k = 0; k < 4 * (size_t)CAUSE_FACTS; k++) {
			const enum fact_kind *list = lists[k / CAUSE_FACTS];
			size_t at = k % CAUSE_FACTS;

			if (!list[at])
				continue;
			if (at && !list[at - 1])
				fail_msg("%s has a gap", c->id);
			for (size_t m = 0; m < at; m++)
				if (list != c->favoured_by &&
				    list[m] == list[at])
					fail_msg("%s: %s twice", c->id,
						 fact_id(list[at]));
		}
	}
}

static void a_cause_is_found_by_its_whole_id(void **state)
{
	(void)state;
	for (size_t i = 0; i < cause_count; i++)
		assert_ptr_equal(cause_find(cause_list[i]->id), cause_list[i]);
	assert_null(cause_find("no-such-cause"));
	assert_null(cause_find("no-listen"));
	assert_null(cause_find("no-listener-"));
	assert_null(cause_find("No-Listener"));
	assert_null(cause_find(""));
}

static void every_place_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int a = 0; a < PLACES; a++) {
		assert_true(is_id(place_name((enum fault_place)a)));
		for (int b = 0; b < a; b++)
			assert_string_not_equal(
				place_name((enum fault_place)a),
				place_name((enum fault_place)b));
	}
	assert_string_equal(place_name(PLACE_SERVER_LINK), "server-link");
}

static void every_culprit_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int a = 0; a < CULPRITS; a++) {
		assert_true(is_id(culprit_name((enum culprit_kind)a)));
		for (int b = 0; b < a; b++)
			assert_string_not_equal(
				culprit_name((enum culprit_kind)a),
				culprit_name((enum culprit_kind)b));
	}
	assert_string_equal(culprit_name(CULPRIT_FIREWALL_RULE),
			    "firewall-rule");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cause_is_complete),
		cmocka_unit_test(ids_numbers_and_titles_are_of_one_cause_each),
		cmocka_unit_test(every_cause_shows_a_fault_and_only_faults),
		cmocka_unit_test(every_cause_can_be_told_from_another),
		cmocka_unit_test(no_cause_excludes_what_it_needs),
		cmocka_unit_test(no_cause_is_favoured_by_what_excludes_it),
		cmocka_unit_test(lists_of_facts_have_no_gaps_and_no_twins),
		cmocka_unit_test(a_cause_is_found_by_its_whole_id),
		cmocka_unit_test(every_place_has_a_name_of_its_own),
		cmocka_unit_test(every_culprit_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* A case is read back as it was, and of a damaged one whatever is whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "fact/case_file.h"

static struct address address_of(const char *s)
{
	struct address a;

	assert_true(address_parse(&a, s, strlen(s)));
	return a;
}

static void fill_target(struct target *t)
{
	*t = (struct target){ .text = "https://h\"\n.example:8443/a?b",
			      .host = "h.example",
			      .protocol = IPPROTO_UDP,
			      .port = 8443,
			      .scheme = "https",
			      .path = "/a?b",
			      .service = "https",
			      .is_service_sure = true,
			      .is_verified = true };
}

static void fill_attempt(struct case_record *c, struct attempt *a)
{
	struct culprit *k = culprit_new(c->arena, CULPRIT_FIREWALL_RULE,
					VANTAGE_SERVER, "-A INPUT -j DROP");

	culprit_text(k, c->arena, "chain", "INPUT");
	culprit_number(k, "rule", 5);
	culprit_number(k, "handle", INT64_C(1) << 40);
	fact_tell(&a->facts, FACT_SYN_SEEN, "connect", NULL, NULL);
	fact_tell(&a->facts, FACT_SYN_SILENCE, "connect", k,
		  "Silence of %d s \xe5\x88\x87", 3);
	a->facts.list[1].vantage = VANTAGE_ROUTER;
	a->lines[SHOWN_FIRST] = (struct packet_line){ "capture", 7, "a line",
						      1234567890123456789 };
	a->lines[SHOWN_END] = (struct packet_line){ "b", 4000000000, "end", 1 };
	a->has_local = true;
	a->local = address_of("192.0.2.7");
	a->local_port = 65535;
	a->icmp_sender = address_of("192.0.2.9");
	a->answered_after_ns = 42;
	a->is_connected = true;
	a->is_from_dns_only = true;
}

static struct case_record *full_case(void)
{
	struct address v4 = address_of("192.0.2.1");
	struct address v6 = address_of("fe80::1");
	struct case_record *c = case_new();

	assert_non_null(c);
	c->at_ns = 1795000000123456789;
	c->syns = 4;
	fill_target(&c->target);
	fact_tell(&c->general, FACT_NAME_RESOLVED, "resolve", NULL, "%s",
		  "It says \"yes\".");
	fill_attempt(c, case_attempt(c, &v4, 0));
	(void)case_attempt(c, &v6, 3);
	for (int s = 0; s < STEP_STATUSES; s++)
		case_step(c, "connect", (enum step_status)s, 1000 * s - 1,
			  "tried")
			->vantage = (enum vantage)(s % VANTAGES);
	case_not_looked(c, "capture", "It needs root.");
	c->not_looked[0].vantage = VANTAGE_SERVER;
	return c;
}

static struct case_record *read_again(const struct case_record *c)
{
	struct problems *problems = problems_new();
	struct case_record *again = NULL;
	struct text t = TEXT_NULL;

	case_write(&t, c);
	assert_true(text_ok(&t));
	assert_int_equal(case_read(&again, "case", t.data, t.len, problems), 0);
	assert_int_equal(problems_count(problems), 0);
	text_done(&t);
	problems_free(problems);
	return again;
}

static void same_words(const char *a, const char *b)
{
	assert_int_equal(!a, !b);
	if (a)
		assert_string_equal(a, b);
}

static void same_culprit(const struct culprit *a, const struct culprit *b)
{
	assert_int_equal(!a, !b);
	if (!a)
		return;

	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->vantage, b->vantage);
	assert_string_equal(a->text, b->text);
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		assert_string_equal(a->fields[i].name, b->fields[i].name);
		same_words(a->fields[i].text, b->fields[i].text);
		assert_int_equal(a->fields[i].number, b->fields[i].number);
	}
}

static void same_facts(const struct facts *a, const struct facts *b)
{
	assert_memory_equal(&a->set, &b->set, sizeof(a->set));
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		assert_int_equal(a->list[i].kind, b->list[i].kind);
		assert_int_equal(a->list[i].vantage, b->list[i].vantage);
		assert_string_equal(a->list[i].source, b->list[i].source);
		assert_int_equal(a->list[i].at_ns, b->list[i].at_ns);
		same_words(a->list[i].text, b->list[i].text);
		same_culprit(a->list[i].culprit, b->list[i].culprit);
	}
}

static void same_target(const struct target *a, const struct target *b)
{
	assert_string_equal(a->text, b->text);
	assert_string_equal(a->host, b->host);
	assert_int_equal(a->protocol, b->protocol);
	assert_int_equal(a->port, b->port);
	same_words(a->scheme, b->scheme);
	same_words(a->path, b->path);
	same_words(a->service, b->service);
	assert_int_equal(a->is_service_sure, b->is_service_sure);
	assert_int_equal(a->is_verified, b->is_verified);
}

static void same_attempt(const struct attempt *a, const struct attempt *b)
{
	assert_true(address_equal(&a->address, &b->address));
	assert_int_equal(a->scope, b->scope);
	assert_int_equal(a->port, b->port);
	same_facts(&a->facts, &b->facts);
	for (int i = 0; i < SHOWN_PACKETS; i++) {
		same_words(a->lines[i].file, b->lines[i].file);
		same_words(a->lines[i].line, b->lines[i].line);
		assert_int_equal(a->lines[i].frame, b->lines[i].frame);
		assert_int_equal(a->lines[i].at_ns, b->lines[i].at_ns);
	}
	assert_true(address_equal(&a->icmp_sender, &b->icmp_sender));
	assert_int_equal(a->answered_after_ns, b->answered_after_ns);
	assert_int_equal(a->is_connected, b->is_connected);
	assert_int_equal(a->is_from_dns_only, b->is_from_dns_only);
	assert_int_equal(b->fd, -1);
	assert_int_equal(a->has_local, b->has_local);
	assert_true(address_equal(&a->local, &b->local));
	assert_int_equal(a->local_port, b->local_port);
}

static void every_field_is_read_back(void **state)
{
	struct case_record *c = full_case(), *again = read_again(c);

	(void)state;
	assert_int_equal(c->at_ns, again->at_ns);
	assert_int_equal(c->syns, again->syns);
	same_target(&c->target, &again->target);
	same_facts(&c->general, &again->general);
	assert_int_equal(c->attempt_count, again->attempt_count);
	for (size_t i = 0; i < c->attempt_count; i++)
		same_attempt(&c->attempts[i], &again->attempts[i]);
	assert_int_equal(c->step_count, again->step_count);
	for (size_t i = 0; i < c->step_count; i++) {
		const struct step *a = &c->steps[i], *b = &again->steps[i];

		assert_string_equal(a->id, b->id);
		assert_int_equal(a->vantage, b->vantage);
		assert_int_equal(a->status, b->status);
		assert_int_equal(a->took_ns, b->took_ns);
		assert_string_equal(a->text, b->text);
	}
	assert_int_equal(again->not_looked_count, 1);
	assert_string_equal(again->not_looked[0].source, "capture");
	assert_int_equal(again->not_looked[0].vantage, VANTAGE_SERVER);
	assert_string_equal(again->not_looked[0].why, "It needs root.");
	case_free(c);
	case_free(again);
}

static void all_kinds_of_facts_and_culprits_are_read_back(void **state)
{
	struct case_record *c = case_new(), *again;

	(void)state;
	fill_target(&c->target);
	for (int k = FACT_NONE + 1; k < FACT_KINDS; k++) {
		enum culprit_kind kind = (enum culprit_kind)(k % CULPRITS);

		fact_tell(&c->general, (enum fact_kind)k, "check",
			  culprit_new(c->arena, kind, VANTAGE_CLIENT, "%d", k),
			  "fact %d", k);
	}
	again = read_again(c);
	same_facts(&c->general, &again->general);
	case_free(c);
	case_free(again);
}

/* Cuts and stray letters must never end us, and always be told. */
static void a_cut_case_is_none_and_says_where(void **state)
{
	struct case_record *c = full_case(), *again;
	struct text t = TEXT_NULL;

	(void)state;
	case_write(&t, c);
	for (size_t len = 0; len + 2 < t.len; len++) {
		struct problems *problems = problems_new();

		again = NULL;
		assert_int_equal(
			case_read(&again, "name", t.data, len, problems),
			-EBADMSG);
		assert_null(again);
		assert_int_equal(problems_count(problems), 1);
		assert_string_equal(problems_at(problems, 0)->file, "name");
		if (len > 200)
			assert_true(problems_at(problems, 0)->line > 1);
		problems_free(problems);
	}
	text_done(&t);
	case_free(c);
}

#define HEAD "{\"kiriwake_case\": 1, "
#define TARGET "\"target\": {\"host\": \"h\", \"port\": 1}, "

static void what_is_not_known_is_told_and_left_out(void **state)
{
	static const struct {
		const char *text, *says; /* NULL: nothing */
		int err;
		size_t facts, attempts, steps; /* that are left */
	} cases[] = {
		{ "", "not JSON", -EBADMSG, 0, 0, 0 },
		{ "[]", "not a case", -EBADMSG, 0, 0, 0 },
		{ "{}", "not a case", -EBADMSG, 0, 0, 0 },
		{ "{\"kiriwake_case\": 2}", "not a case", -EBADMSG, 0, 0, 0 },
		{ "{\"kiriwake_case\": \"1\"}", "not a case", -EBADMSG, 0, 0,
		  0 },
		{ HEAD "\"a\": 1, \"a\": 2}", "not JSON", -EBADMSG, 0, 0, 0 },
		{ HEAD "\"at_ns\": 1}", "what was to be reached", 0, 0, 0, 0 },
		{ HEAD TARGET "\"new\": {}}", NULL, 0, 0, 0, 0 },
		{ HEAD "\"target\": {\"port\": 65536}}",
		  "what was to be reached", 0, 0, 0, 0 },
		{ HEAD TARGET "\"facts\": [{\"fact\": \"no-such\"}, "
			      "{\"fact\": \"syn-seen\"}]}",
		  "\"no-such\" is not known", 0, 1, 0, 0 },
		{ HEAD TARGET "\"facts\": [{\"fact\": \"syn-seen\"}, "
			      "{\"fact\": \"syn-seen\"}]}",
		  NULL, 0, 1, 0, 0 },
		{ HEAD TARGET "\"facts\": [7, {\"fact\": \"syn-seen\", "
			      "\"culprit\": {\"kind\": \"ghost\"}}]}",
		  "is not known", 0, 1, 0, 0 },
		{ HEAD TARGET "\"attempts\": [{}, {\"address\": \"::1\"}, "
			      "{\"address\": \"nowhere\"}]}",
		  "without an address", 0, 0, 1, 0 },
		{ HEAD TARGET "\"attempts\": [{\"address\": \"::1\", "
			      "\"packets\": [{\"shows\": 99}, {\"shows\": -1}, "
			      "{\"shows\": 0, \"line\": \"x\"}]}]}",
		  NULL, 0, 0, 1, 0 },
		{ HEAD TARGET "\"steps\": [{\"status\": \"odd\"}, "
			      "{\"status\": \"pass\", \"step\": \"a\"}]}",
		  "A step is left out", 0, 0, 0, 1 },
		{ HEAD TARGET "\"facts\": {}, \"attempts\": 3, "
			      "\"steps\": \"\", \"not_looked\": null}",
		  NULL, 0, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct problems *problems = problems_new();
		struct case_record *c = NULL;
		int err = case_read(&c, "case", cases[i].text,
				    strlen(cases[i].text), problems);

		if (err != cases[i].err ||
		    !cases[i].says != !problems_count(problems))
			fail_msg("%s: %d", cases[i].text, err);
		if (cases[i].says)
			assert_non_null(strstr(problems_at(problems, 0)->text,
					       cases[i].says));
		if (c) {
			assert_int_equal(c->general.count, cases[i].facts);
			assert_int_equal(c->attempt_count, cases[i].attempts);
			assert_int_equal(c->step_count, cases[i].steps);
		}
		case_free(c);
		problems_free(problems);
	}
}

static void more_than_there_is_room_for_is_told(void **state)
{
	struct problems *problems = problems_new();
	struct case_record *c = NULL;
	struct text t = TEXT_NULL;

	(void)state;
	text_str(&t, HEAD TARGET "\"attempts\": [");
	for (int i = 0; i < CASE_ATTEMPTS + 3; i++)
		text_format(&t, "%s{\"address\": \"10.0.0.%d\"}", i ? "," : "",
			    i);
	text_str(&t, "]}");
	assert_int_equal(case_read(&c, "case", t.data, t.len, problems), 0);
	assert_int_equal(c->attempt_count, CASE_ATTEMPTS);
	assert_int_equal(problems_count(problems), 3);
	text_done(&t);
	case_free(c);
	problems_free(problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_is_read_back),
		cmocka_unit_test(all_kinds_of_facts_and_culprits_are_read_back),
		cmocka_unit_test(a_cut_case_is_none_and_says_where),
		cmocka_unit_test(what_is_not_known_is_told_and_left_out),
		cmocka_unit_test(more_than_there_is_room_for_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#undef NDEBUG
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/run.h"
#include "net/dns.h"

static char *no_words[] = { NULL };

static struct run *begin(void)
{
	struct run *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	r->messages = calloc(RUN_MESSAGES, sizeof(*r->messages));
	assert_non_null(r->messages);
	r->argv = no_words;
	return r;
}

static void end(struct run *r)
{
	free(r->messages);
	free(r);
}

static struct run_message *asks(struct run *r, const char *name,
				enum dns_type type)
{
	const struct dns_question q = { .id = 7, .type = type, .name = name };
	struct run_message *m = &r->messages[r->message_count++ % RUN_MESSAGES];

	*m = (struct run_message){ .is_query = true };
	m->len = dns_query(m->data, &q);
	assert_true(m->len > 12);
	return m;
}

/* The same with a code, and with the address, unless that is NULL. */
static void answers(struct run *r, const char *name, unsigned code,
		    const struct address *a)
{
	struct run_message *m = asks(r, name, DNS_A);
	static const uint8_t record[] = {
		0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4
	};

	m->is_query = false;
	m->data[2] |= 0x80;
	m->data[3] = (uint8_t)(m->data[3] | code);
	if (!a)
		return;
	m->data[7] = 1;
	memcpy(m->data + m->len, record, sizeof(record));
	memcpy(m->data + m->len + sizeof(record), a->bytes + 12, 4);
	m->len += sizeof(record) + 4;
}

static void an_address_has_the_name_it_was_asked_by(void **state)
{
	struct address one = address_v4(0xc0000201), two = address_v4(1);
	struct run *r = begin();
	char name[DNS_NAME_SIZE];

	(void)state;
	asks(r, "www.example.org", DNS_A);
	answers(r, "www.example.org", DNS_NOERROR, &one);
	run_names_of(r, &one, name);
	assert_string_equal(name, "www.example.org");
	run_names_of(r, &two, name);
	assert_string_equal(name, "");
	assert_false(run_names_missing(r, name));
	end(r);
}

static void a_name_without_addresses_is_missing(void **state)
{
	struct run *r = begin();
	char name[DNS_NAME_SIZE];

	(void)state;
	assert_false(run_names_missing(r, name));
	asks(r, "db.example.org", DNS_A);
	assert_true(run_names_missing(r, name)); /* nobody answered */
	answers(r, "db.example.org", DNS_NXDOMAIN, NULL);
	assert_true(run_names_missing(r, name));
	assert_string_equal(name, "db.example.org");
	end(r);
}

static void of_a_search_list_the_name_itself_is_told(void **state)
{
	struct address a = address_v4(0xc0000201);
	struct run *r = begin();
	char name[DNS_NAME_SIZE];

	(void)state;
	asks(r, "db.example.org", DNS_A);
	answers(r, "db.example.org", DNS_NXDOMAIN, NULL);
	asks(r, "db", DNS_A);
	answers(r, "db", DNS_NXDOMAIN, NULL);
	assert_true(run_names_missing(r, name));
	assert_string_equal(name, "db");
	/* One of them was found: then none is missing. */
	answers(r, "db.lab.example", DNS_NOERROR, &a);
	assert_false(run_names_missing(r, name));
	end(r);
}

static void old_messages_make_room(void **state)
{
	struct address a = address_v4(0xc0000201);
	struct run *r = begin();
	char name[DNS_NAME_SIZE];

	(void)state;
	answers(r, "first.example", DNS_NOERROR, &a);
	for (int i = 0; i < RUN_MESSAGES; i++)
		asks(r, "later.example", DNS_A);
	run_names_of(r, &a, name);
	assert_string_equal(name, "");
	assert_true(run_names_missing(r, name));
	assert_string_equal(name, "later.example");
	end(r);
}

static void what_is_damaged_is_passed_over(void **state)
{
	struct run *r = begin();
	char name[DNS_NAME_SIZE];
	struct run_message *m = asks(r, "a.example", DNS_A);

	(void)state;
	for (size_t len = m->len - 1; len; len--) {
		m->len = len;
		assert_false(run_names_missing(r, name));
	}
	end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_has_the_name_it_was_asked_by),
		cmocka_unit_test(a_name_without_addresses_is_missing),
		cmocka_unit_test(of_a_search_list_the_name_itself_is_told),
		cmocka_unit_test(old_messages_make_room),
		cmocka_unit_test(what_is_damaged_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

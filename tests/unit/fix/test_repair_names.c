#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "planning.h"

static const struct fix_candidate *mend(struct planning *t, const char *cause,
					const char *file, const char *content,
					int number)
{
	static struct tree_file files[2];
	struct culprit *k;

	files[0] = (struct tree_file){ file, content, 0 };
	planning_begin(t, files);
	case_at(t->record, VANTAGE_CLIENT);
	t->record->target.host = "vpn.example.org";
	k = planning_culprit(t, CULPRIT_CONFIG_LINE, "line");
	culprit_text(k, t->record->arena, "file", file);
	culprit_number(k, "line", number);
	return planning_make(t, cause, k);
}

static void becomes(const char *cause, const char *file, const char *content,
		    const char *expected)
{
	struct planning t;
	const struct fix_candidate *c = mend(&t, cause, file, content, 1);

	assert_non_null(c);
	assert_string_equal(c->now[0].file.after, expected);
	planning_end(&t);
}

static void the_name_goes_and_what_stands_beside_it_stays(void **state)
{
	static const char hosts[] = "/etc/hosts";

	(void)state;
	becomes("dns-hosts-stale", hosts,
		"10.0.0.9\tvpn.example.org vpn\n::1 localhost\n",
		"10.0.0.9\tvpn\n::1 localhost\n");
	becomes("dns-hosts-stale", hosts,
		"10.0.0.9 VPN.example.org # old\n::1 localhost\n",
		"::1 localhost\n");
}

static void a_longer_name_is_another(void **state)
{
	struct planning t;

	(void)state;
	assert_null(mend(&t, "dns-hosts-stale", "/etc/hosts",
			 "10.0.0.9 vpn.example.org.uk\n", 1));
	assert_true(t.plan.remark_count);
	planning_end(&t);
}

static void names_are_asked_of_dns(void **state)
{
	static const char file[] = "/etc/nsswitch.conf";

	(void)state;
	becomes("dns-nsswitch", file, "hosts: files # all\n",
		"hosts: files dns # all\n");
	becomes("dns-nsswitch", file, "hosts: files [NOTFOUND=return] dns\n",
		"hosts: files dns\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_goes_and_what_stands_beside_it_stays),
		cmocka_unit_test(a_longer_name_is_another),
		cmocka_unit_test(names_are_asked_of_dns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

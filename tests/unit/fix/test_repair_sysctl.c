#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fix/sysctl_files.h"
#include "planning.h"

static const struct culprit *setting(struct planning *t, const char *name,
				     const char *device)
{
	struct culprit *c = planning_culprit(t, CULPRIT_SYSCTL, name);

	culprit_text(c, t->record->arena, "name", name);
	culprit_text(c, t->record->arena, "device", device);
	return c;
}

static const struct tree_file strict[] = {
	{ "/proc/sys/net/ipv4/conf/all/rp_filter", "1\n", 0 },
	{ "/proc/sys/net/ipv4/conf/eth1/rp_filter", "0\n", 0 },
	{ "/proc/sys/net/ipv4/conf/eth1.5/rp_filter", "1\n", 0 },
	{ "/etc/sysctl.d/", "10-a.conf 99-sysctl.conf", 0 },
	{ "/etc/sysctl.d/10-a.conf",
	  "# strict\nnet.ipv4.conf.all.rp_filter=1\n", 0 },
	{ "/etc/sysctl.d/99-sysctl.conf", "->../sysctl.conf", 0 },
	{ "/etc/sysctl.conf", "net/ipv4/conf/eth1.5/rp_filter = 1\n", 0 },
	{ NULL, NULL, 0 },
};

/* The greater of "all" and the device counts: so all others stay strict. */
static void a_strict_filter_is_loosened_for_one_device(void **state)
{
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, strict);
	c = planning_make(&t, "rp-filter",
			  setting(&t, "net.ipv4.conf.all.rp_filter", "eth1"));
	assert_non_null(c);
	assert_string_equal(planning_words(&t, c->now[0].run.argv),
			    "sysctl -w net.ipv4.conf.eth1.rp_filter=2");
	assert_string_equal(planning_words(&t, c->now[0].run.undo),
			    "sysctl -w net.ipv4.conf.eth1.rp_filter=0");
	assert_int_equal(c->lasting_count, 1);
	assert_string_equal(c->lasting[0].file.path,
			    "/etc/sysctl.d/90-kiriwake.conf");
	assert_string_equal(c->lasting[0].file.after,
			    "net.ipv4.conf.eth1.rp_filter = 2\n");
	assert_false(c->effect.is_exact);
	planning_end(&t);
}

static void a_line_that_sets_it_keeps_its_spelling(void **state)
{
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, strict);
	c = planning_make(&t, "rp-filter",
			  setting(&t, "net.ipv4.conf.all.rp_filter", "eth1.5"));
	assert_non_null(c);
	assert_string_equal(planning_words(&t, c->now[0].run.argv),
			    "sysctl -w net/ipv4/conf/eth1.5/rp_filter=2");
	assert_string_equal(c->lasting[0].file.path, "/etc/sysctl.conf");
	assert_string_equal(c->lasting[0].file.after,
			    "net/ipv4/conf/eth1.5/rp_filter = 2\n");
	planning_end(&t);
}

/* A pattern sets others as well: a line of its own comes behind it. */
static void a_pattern_and_a_package_s_file_are_left_alone(void **state)
{
	static const struct tree_file files[] = {
		{ "/proc/sys/net/ipv4/tcp_syncookies", "0\n", 0 },
		{ "/run/systemd/system", "", 0 },
		{ "/usr/lib/sysctl.d/", "95-x.conf", 0 },
		{ "/usr/lib/sysctl.d/95-x.conf",
		  "net.ipv4.tcp_syncookies = 0\n", 0 },
		{ "/etc/sysctl.conf", "net.ipv4.tcp_syncookies = 1\n", 0 },
		{ "/etc/sysctl.d/99-zz-kiriwake.conf", "a = 1\n", 0 },
		{ NULL, NULL, 0 },
	};
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, files);
	c = planning_make(&t, "syn-flood-no-cookies",
			  setting(&t, "net.ipv4.tcp_syncookies", NULL));
	assert_non_null(c);
	assert_string_equal(c->lasting[0].file.path,
			    "/etc/sysctl.d/99-zz-kiriwake.conf");
	assert_string_equal(c->lasting[0].file.after,
			    "a = 1\nnet.ipv4.tcp_syncookies = 1\n");
	planning_end(&t);
}

static void a_limit_is_doubled(void **state)
{
	static const struct tree_file files[] = {
		{ "/proc/sys/net/netfilter/nf_conntrack_max", "65536\n", 0 },
		{ NULL, NULL, 0 },
	};
	struct planning t;
	struct culprit *k;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, files);
	k = planning_culprit(&t, CULPRIT_CONNTRACK, "full");
	culprit_text(k, t.record->arena, "name",
		     "net.netfilter.nf_conntrack_max");
	c = planning_make(&t, "conntrack-full", k);
	assert_non_null(c);
	assert_string_equal(planning_words(&t, c->now[0].run.argv),
			    "sysctl -w net.netfilter.nf_conntrack_max=131072");
	planning_end(&t);
}

/* The near miss: it is so already, or the name is none of ours. */
static void what_would_change_nothing_is_not_proposed(void **state)
{
	static const struct tree_file files[] = {
		{ "/proc/sys/net/ipv4/tcp_syncookies", "1\n", 0 },
		{ NULL, NULL, 0 },
	};
	struct planning t;

	(void)state;
	planning_begin(&t, files);
	assert_null(
		planning_make(&t, "syn-flood-no-cookies",
			      setting(&t, "net.ipv4.tcp_syncookies", NULL)));
	assert_true(t.plan.remark_count);
	assert_null(planning_make(&t, "syn-flood-no-cookies",
				  setting(&t, "kernel.core_pattern", NULL)));
	assert_null(planning_make(&t, "syn-flood-no-cookies",
				  setting(&t, "net/../../etc/passwd", NULL)));
	planning_end(&t);
}

static void a_setting_of_the_server_is_not_the_client_s_to_change(void **state)
{
	struct planning t;
	const struct culprit *k;

	(void)state;
	planning_begin(&t, strict);
	k = setting(&t, "net.ipv4.conf.all.rp_filter", "eth1");
	case_at(t.record, VANTAGE_CLIENT);
	assert_null(planning_make(&t, "rp-filter", k));
	planning_end(&t);
}

static uint64_t line_of(struct planning *t, const char *content,
			struct sysctl_line *ret)
{
	return sysctl_files_line(&t->p, content, "net/ipv4/conf/eth0/rp_filter",
				 ret);
}

static void the_last_line_of_a_file_counts(void **state)
{
	struct sysctl_line l;
	struct planning t;

	(void)state;
	planning_begin(&t, strict);
	assert_int_equal(line_of(&t,
				 "net.ipv4.conf.eth0.rp_filter=1\n"
				 " -net.ipv4.conf.eth0.rp_filter = 2 \n"
				 "#net.ipv4.conf.eth0.rp_filter=3\n",
				 &l),
			 2);
	assert_string_equal(l.value, "2");
	assert_int_equal(line_of(&t,
				 "net.ipv4.conf.*.rp_filter=1\n"
				 "net.ipv4.conf.all.rp_filter=2",
				 &l),
			 1);
	assert_true(l.is_glob);
	assert_int_equal(line_of(&t, "rp_filter\n=\n\n= 1", &l), 0);
	planning_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_strict_filter_is_loosened_for_one_device),
		cmocka_unit_test(a_line_that_sets_it_keeps_its_spelling),
		cmocka_unit_test(a_pattern_and_a_package_s_file_are_left_alone),
		cmocka_unit_test(a_limit_is_doubled),
		cmocka_unit_test(what_would_change_nothing_is_not_proposed),
		cmocka_unit_test(
			a_setting_of_the_server_is_not_the_client_s_to_change),
		cmocka_unit_test(the_last_line_of_a_file_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

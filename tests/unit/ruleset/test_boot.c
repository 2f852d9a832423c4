/* What the files of a root folder would load. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/problem.h"
#include "ruleset/boot.h"
#include "ruleset/model.h"

struct tree {
	char root[64];
	struct problems *problems;
	struct ruleset *ruleset;
	struct boot boot;
};

/* A file with its folders. */
static void put(const struct tree *t, const char *path, const char *text)
{
	char full[256];
	FILE *f;

	(void)snprintf(full, sizeof(full), "%s%s", t->root, path);
	for (char *s = full + strlen(t->root) + 1; (s = strchr(s, '/')); s++) {
		*s = '\0';
		(void)mkdir(full, 0755);
		*s = '/';
	}
	f = fopen(full, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void boot(struct tree *t)
{
	t->ruleset = ruleset_new(t->problems);
	assert_non_null(t->ruleset);
	assert_int_equal(boot_read(t->ruleset, t->root, &t->boot), 0);
	assert_int_equal(ruleset_link(t->ruleset), 0);
	assert_int_equal(problems_count(t->problems), 0);
}

static const struct boot_row *row(const struct tree *t, const char *end)
{
	for (size_t i = 0; i < t->boot.count; i++) {
		const struct boot_row *r = &t->boot.row[i];
		const char *name = r->file ? r->file : r->unit;
		size_t len = strlen(name), n = strlen(end);

		if (len >= n && !strcmp(name + len - n, end))
			return r;
	}

	return NULL;
}

/* -1: nothing is said of it. */
static int state_of(const struct tree *t, const char *end)
{
	const struct boot_row *r = row(t, end);

	return r ? (int)r->state : -1;
}

static unsigned rules_of(const struct tree *t, enum table_family family,
			 const char *table, const char *chain)
{
	for (enum engine e = 0; e < ENGINE_COUNT; e++) {
		const struct table *found =
			ruleset_find_table(t->ruleset, e, family, table);

		if (found && ruleset_find_chain(found, chain))
			return ruleset_find_chain(found, chain)->rule_count;
	}

	return 0;
}

static const char save[] = "*filter\n:INPUT ACCEPT [0:0]\n"
			   "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n"
			   "-A INPUT -j DROP\nCOMMIT\n";

static void without_units_every_file_counts(void **state)
{
	struct tree *t = *state;

	put(t, "/etc/iptables/rules.v4", save);
	put(t, "/etc/nftables.conf",
	    "flush ruleset\ntable inet t {\n\tchain c {\n\t\tdrop\n\t}\n}\n");
	boot(t);
	assert_int_equal(rules_of(t, TABLE_IP, "filter", "INPUT"), 2);
	assert_int_equal(rules_of(t, TABLE_INET, "t", "c"), 1);
	assert_int_equal(state_of(t, "rules.v4"), BOOT_LOADED);
}

static void a_unit_that_is_not_enabled_loads_nothing(void **state)
{
	struct tree *t = *state;

	put(t, "/etc/systemd/system/multi-user.target.wants/ssh.service", "");
	put(t, "/etc/iptables/rules.v4", save);
	boot(t);
	assert_int_equal(state_of(t, "rules.v4"), BOOT_NOT_ENABLED);
	assert_int_equal(rules_of(t, TABLE_IP, "filter", "INPUT"), 0);
}

static void an_enabled_unit_loads_its_file(void **state)
{
	struct tree *t = *state;

	put(t,
	    "/etc/systemd/system/multi-user.target.wants/"
	    "netfilter-persistent.service",
	    "");
	put(t, "/etc/iptables/rules.v4", save);
	put(t, "/etc/nftables.conf", "flush ruleset\n");
	boot(t);
	assert_int_equal(rules_of(t, TABLE_IP, "filter", "INPUT"), 2);
	assert_int_equal(state_of(t, "nftables.conf"), BOOT_NOT_ENABLED);
}

static void an_init_script_is_a_unit_too(void **state)
{
	struct tree *t = *state;

	put(t, "/etc/rc3.d/S08iptables", "");
	put(t, "/etc/sysconfig/iptables", save);
	put(t, "/etc/sysconfig/ip6tables", save);
	boot(t);
	assert_int_equal(state_of(t, "/iptables"), BOOT_LOADED);
	assert_int_equal(state_of(t, "/ip6tables"), BOOT_NOT_ENABLED);
}

static void a_file_of_no_bytes_is_told(void **state)
{
	struct tree *t = *state;

	put(t, "/etc/iptables/rules.v4", "");
	boot(t);
	assert_int_equal(state_of(t, "rules.v4"), BOOT_EMPTY);
}

static void the_later_file_takes_the_table(void **state)
{
	struct tree *t = *state;

	put(t, "/etc/iptables/rules.v4", save);
	put(t, "/etc/network/if-pre-up.d/firewall",
	    "#!/bin/sh\n# iptables-restore < /etc/old\n"
	    "iptables-restore < /etc/my.rules\n");
	put(t, "/etc/my.rules",
	    "*filter\n:INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\nCOMMIT\n");
	boot(t);
	assert_int_equal(rules_of(t, TABLE_IP, "filter", "INPUT"), 1);
	assert_int_equal(state_of(t, "my.rules"), BOOT_LOADED);
}

static void a_script_that_adds_rules_is_not_looked_at(void **state)
{
	struct tree *t = *state;

	put(t, "/etc/rc.local", "iptables -A INPUT -j DROP\nexit 0\n");
	boot(t);
	assert_int_equal(state_of(t, "rc.local"), BOOT_NOT_LOOKED);
}

static void what_a_program_builds_is_not_looked_at(void **state)
{
	struct tree *t = *state;

	put(t, "/etc/systemd/system/multi-user.target.wants/docker.service",
	    "");
	put(t,
	    "/etc/systemd/system/multi-user.target.wants/"
	    "wg-quick@wg0.service",
	    "");
	boot(t);
	assert_int_equal(state_of(t, "docker.service"), BOOT_NOT_LOOKED);
	assert_int_equal(state_of(t, "wg-quick@"), BOOT_NOT_LOOKED);
	assert_int_equal(state_of(t, "firewalld.service"), -1);
}

static void ufw_is_put_together_as_its_unit_does(void **state)
{
	struct tree *t = *state;

	put(t, "/etc/ufw/ufw.conf", "ENABLED=yes\n");
	put(t, "/etc/default/ufw",
	    "IPV6=no\nDEFAULT_INPUT_POLICY=\"REJECT\"\n"
	    "DEFAULT_OUTPUT_POLICY=\"ACCEPT\"\n"
	    "DEFAULT_FORWARD_POLICY=\"DROP\"\n");
	put(t, "/etc/ufw/before.rules",
	    "*filter\n:ufw-before-input - [0:0]\n"
	    "-A ufw-before-input -i lo -j ACCEPT\nCOMMIT\n");
	put(t, "/etc/ufw/user.rules",
	    "*filter\n:ufw-user-input - [0:0]\n"
	    "-A ufw-user-input -p tcp --dport 22 -j ACCEPT\nCOMMIT\n");
	boot(t);
	assert_int_equal(rules_of(t, TABLE_IP, "filter", "INPUT"), 6);
	assert_int_equal(rules_of(t, TABLE_IP, "filter", "ufw-before-input"),
			 2);
	assert_int_equal(rules_of(t, TABLE_IP, "filter", "ufw-user-input"), 1);
	assert_int_equal(rules_of(t, TABLE_IP, "filter", "ufw-reject-input"),
			 1);
	assert_int_equal(rules_of(t, TABLE_IP6, "filter", "INPUT"), 1);
}

static void ufw_that_is_off_loads_nothing(void **state)
{
	struct tree *t = *state;

	put(t, "/etc/ufw/ufw.conf", "ENABLED=no\n");
	boot(t);
	assert_int_equal(state_of(t, "ufw.conf"), BOOT_NOT_ENABLED);
	assert_null(t->ruleset->first);
}

static void two_units_without_an_order_are_told(void **state)
{
	struct tree *t = *state;

	put(t, "/etc/nftables.conf", "flush ruleset\n");
	put(t, "/etc/iptables/rules.v4", save);
	boot(t);
	assert_int_equal(t->boot.row[t->boot.count - 1].state, BOOT_NOTE);
}

static int grow(void **state)
{
	struct tree *t = calloc(1, sizeof(*t));

	if (!t)
		return -1;

	(void)strcpy(t->root, "/tmp/kiriwake-boot-XXXXXX");
	t->problems = problems_new();
	*state = t;
	return mkdtemp(t->root) && t->problems ? 0 : -1;
}

static int drop(const char *path, const struct stat *st, int kind,
		struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static int fell(void **state)
{
	struct tree *t = *state;
	int error = nftw(t->root, drop, 16, FTW_DEPTH | FTW_PHYS);

	ruleset_free(t->ruleset);
	problems_free(t->problems);
	free(t);
	return error;
}

#define IN_TREE(claim) cmocka_unit_test_setup_teardown(claim, grow, fell)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TREE(without_units_every_file_counts),
		IN_TREE(a_unit_that_is_not_enabled_loads_nothing),
		IN_TREE(an_enabled_unit_loads_its_file),
		IN_TREE(an_init_script_is_a_unit_too),
		IN_TREE(a_file_of_no_bytes_is_told),
		IN_TREE(the_later_file_takes_the_table),
		IN_TREE(a_script_that_adds_rules_is_not_looked_at),
		IN_TREE(what_a_program_builds_is_not_looked_at),
		IN_TREE(ufw_is_put_together_as_its_unit_does),
		IN_TREE(ufw_that_is_off_loads_nothing),
		IN_TREE(two_units_without_an_order_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

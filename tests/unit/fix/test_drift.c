/* What the next boot would load, and what it would do with a candidate. */
#include "fixing.h"

#include "fix/drift.h"
#include "fix/effect.h"
#include "fix/rehearse.h"
#include "fix/rules_edit.h"

#define SAVE(rules)                                                            \
	"*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT "        \
	"ACCEPT [0:0]\n" rules "COMMIT\n"

#define SSH "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n"
#define APP "-A INPUT -p tcp -m tcp --dport 5555 -j ACCEPT\n"
#define NO "-A INPUT -j REJECT --reject-with icmp-host-prohibited\n"

static void in_force(struct fixing *f, const char *rules)
{
	fixing_rules(f, "live", rules);
}

static int read_drift(struct fixing *f, struct drift *d)
{
	return drift_read(&f->p, f->root, d);
}

static bool says(const struct drift *d, const char *words)
{
	for (size_t i = 0; i < d->text_count; i++)
		if (strstr(d->text[i], words))
			return true;

	return false;
}

static void a_boot_that_loads_the_same_is_told_so(void **state)
{
	struct fixing *f = *state;
	struct drift d;

	fixing_put(f, "/etc/iptables/rules.v4", SAVE(SSH NO));
	in_force(f, SAVE(SSH NO));
	fixing_packet(f, "src=10.1.0.7 tcp dport=22");
	assert_int_equal(read_drift(f, &d), 0);
	assert_int_equal(d.equal, EQUALITY_YES);
	assert_int_equal(d.verdict.decision, WALK_ACCEPT);
	assert_true(says(&d, "let in"));
}

static void another_order_in_the_file_is_a_drift(void **state)
{
	struct fixing *f = *state;
	struct drift d;

	fixing_put(f, "/etc/sysconfig/iptables", SAVE(SSH NO APP));
	in_force(f, SAVE(SSH APP NO));
	fixing_packet(f, "src=10.1.0.7 tcp dport=5555");
	assert_int_equal(read_drift(f, &d), 0);
	assert_int_equal(d.equal, EQUALITY_NO);
	assert_int_equal(d.verdict.decision, WALK_REJECT);
	assert_true(says(&d, "refused by line 6 of"));
	assert_true(says(&d, "/etc/sysconfig/iptables"));
}

static void an_empty_file_and_one_that_nothing_loads_are_told(void **state)
{
	struct fixing *f = *state;
	struct drift d;

	fixing_put(f,
		   "/etc/systemd/system/multi-user.target.wants/"
		   "netfilter-persistent.service",
		   "");
	fixing_put(f, "/etc/iptables/rules.v4", "");
	fixing_put(f, "/etc/nftables.conf", "flush ruleset\n");
	in_force(f, SAVE(SSH NO));
	fixing_packet(f, "src=10.1.0.7 tcp dport=5555");
	assert_int_equal(read_drift(f, &d), 0);
	assert_true(says(&d, "0 bytes"));
	assert_true(says(&d, "not enabled"));
	assert_true(says(&d, "would be gone"));
}

static void a_program_that_builds_rules_is_told_as_not_looked(void **state)
{
	struct fixing *f = *state;
	struct drift d;

	fixing_put(f,
		   "/etc/systemd/system/multi-user.target.wants/docker.service",
		   "");
	in_force(f, SAVE(SSH NO));
	assert_int_equal(read_drift(f, &d), 0);
	assert_true(d.is_partial);
	assert_true(says(&d, "docker.service"));
}

static void nothing_to_be_asked_is_no_drift(void **state)
{
	struct fixing *f = *state;
	struct drift d;

	in_force(f, SAVE(SSH NO));
	f->p.may_read = false;
	assert_int_equal(read_drift(f, &d), -ENODATA);
}

/* What has to be run, a line each: words, then what they are fed with. */
static void the_boot_is_loaded_in_its_units_order(void **state)
{
	struct fixing *f = *state;
	struct room_command *c;
	const struct image *i;

	fixing_put(f, "/etc/nftables.conf",
		   "include \"/etc/nftables.d/a.nft\"\n");
	fixing_put(f, "/etc/nftables.d/a.nft", "table ip t {\n}\n");
	fixing_put(f, "/etc/iptables/ipsets", "create a hash:ip\n");
	fixing_put(f, "/etc/iptables/rules.v4", SAVE(SSH NO));
	fixing_put(f, "/etc/ufw/ufw.conf", "ENABLED=yes\n");
	fixing_put(f, "/etc/default/ufw", "IPV6=no\n");
	fixing_put(f, "/etc/ufw/user.rules", "*filter\nCOMMIT\n");
	in_force(f, SAVE(SSH NO));
	i = image_now(&f->p);
	assert_non_null(i);
	assert_int_equal(drift_commands(&f->p, &i->boot, &c), 7);
	assert_string_equal(fixing_argv(f, c[0].argv), "nft -f -");
	assert_string_equal(c[0].input, "table ip t {\n}\n\n");
	assert_string_equal(fixing_argv(f, c[1].argv), "ipset -exist restore");
	assert_string_equal(fixing_argv(f, c[2].argv), "iptables-restore -w 5");
	assert_string_equal(c[2].input, SAVE(SSH NO));
	/* ufw adds: its chains, the user's rules, its jumps and policies; and
	 * what closes IPv6. */
	assert_string_equal(fixing_argv(f, c[4].argv),
			    "iptables-restore -w 5 --noflush");
	assert_string_equal(c[4].input, "*filter\nCOMMIT\n");
	assert_string_equal(fixing_argv(f, c[6].argv),
			    "ip6tables-restore -w 5");
}

/* As the repair does it: its effect, then its manager, then the boot. */
static void plan(struct fixing *f, struct rule_edit e)
{
	const struct manager *m;
	const struct chain *c;

	fixing_edit(f, e);
	c = ruleset_find_chain(f->rules->first, e.chain);
	assert_int_equal(fix_effect_compute(&f->p, f->c, NULL), 0);
	m = manager_of(&f->p, c, c->first);
	assert_int_equal(manager_express(&f->p, m, f->c), 0);
	assert_int_equal(drift_candidate(&f->p, f->root, f->c), 0);
}

static const struct rule_edit app = {
	.kind = EDIT_INSERT,
	.chain = "INPUT",
	.number = 2,
	.words = "-s 10.1.0.7/32 -p tcp -m tcp --dport 5555 -j ACCEPT",
};

static void ask(struct fixing *f)
{
	struct fix_ask *a = &f->plan.ask;

	a->protocol = IPPROTO_TCP;
	a->port = 5555;
	a->has_client = true;
	a->client = address_v4(0x0a010007);
	a->client_prefix = 32;
	fixing_packet(f, "in=eth0 src=10.1.0.7 dst=192.0.2.1 tcp dport=5555");
}

static void with_its_file_changed_it_lasts(void **state)
{
	struct fixing *f = *state;

	fixing_put(f, "/etc/iptables/rules.v4", SAVE(SSH NO));
	in_force(f, SAVE(SSH NO));
	ask(f);
	plan(f, app);
	assert_int_equal(f->c->lasting_count, 1);
	assert_int_equal(f->c->lasts, FIX_LASTS_YES);
	assert_string_equal(f->c->owner, "iptables-persistent");
	assert_true(f->c->effect.is_exact);
}

static void hand_made_rules_are_gone_after_a_boot(void **state)
{
	struct fixing *f = *state;

	fixing_put(f, "/etc/systemd/system/multi-user.target.wants/a.service",
		   "");
	in_force(f, SAVE(SSH NO));
	ask(f);
	plan(f, app);
	assert_null(f->c->owner);
	assert_int_equal(f->c->lasting_count, 0);
	assert_int_equal(f->c->lasts, FIX_LASTS_NO);
}

static void what_would_open_more_in_the_file_does_not_last(void **state)
{
	struct fixing *f = *state;
	struct fix_change *file;
	const char *path =
		fixing_put(f, "/etc/iptables/rules.v4", SAVE(SSH NO));

	in_force(f, SAVE(SSH NO));
	ask(f);
	fixing_edit(f, app);
	assert_int_equal(fix_effect_compute(&f->p, f->c, NULL), 0);
	file = fix_change_lasting(&f->p, f->c, CHANGE_FILE);
	assert_non_null(file);
	file->file.path = path;
	file->file.before = SAVE(SSH NO);
	file->file.after = SAVE(SSH);
	f->c->lasts = FIX_LASTS_NO;
	assert_int_equal(drift_candidate(&f->p, f->root, f->c), 0);
	assert_int_equal(f->c->lasts, FIX_LASTS_NO);
	assert_non_null(strstr(f->c->lasts_text, "would change more"));
}

static void a_file_that_refuses_all_the_same_is_named(void **state)
{
	struct fixing *f = *state;

	fixing_put(f, "/etc/iptables/rules.v4", SAVE(SSH NO));
	in_force(f, SAVE(SSH NO));
	ask(f);
	fixing_edit(f, app);
	assert_int_equal(drift_candidate(&f->p, f->root, f->c), 0);
	assert_int_equal(f->c->lasts, FIX_LASTS_NO);
	assert_non_null(strstr(f->c->lasts_text, "line 6 of"));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixing_begin, fixing_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_boot_that_loads_the_same_is_told_so),
		TEST(another_order_in_the_file_is_a_drift),
		TEST(an_empty_file_and_one_that_nothing_loads_are_told),
		TEST(a_program_that_builds_rules_is_told_as_not_looked),
		TEST(nothing_to_be_asked_is_no_drift),
		TEST(the_boot_is_loaded_in_its_units_order),
		TEST(with_its_file_changed_it_lasts),
		TEST(hand_made_rules_are_gone_after_a_boot),
		TEST(what_would_open_more_in_the_file_does_not_last),
		TEST(a_file_that_refuses_all_the_same_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

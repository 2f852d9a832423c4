/* Who wrote a rule, by its traces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/problem.h"
#include "ruleset/nft.h"
#include "ruleset/owner.h"
#include "ruleset/save.h"

static struct problems *problems;

static struct ruleset *read_as(const char *file, const char *text)
{
	struct ruleset *r = ruleset_new(problems);

	assert_int_equal(save_read(r, file, text, strlen(text), READ_NO_HINT),
			 0);
	assert_int_equal(ruleset_link(r), 0);
	return r;
}

static const char *owner(const struct rule *r)
{
	const struct owner *o = owner_of_rule(r);

	return o ? o->id : "hand";
}

/* The owner of the last rule of INPUT. */
static void assert_owner(const char *file, const char *rules, const char *id)
{
	struct text t = TEXT_NULL;
	struct ruleset *r;

	text_format(&t, "*filter\n:INPUT ACCEPT [0:0]\n%s\nCOMMIT\n", rules);
	r = read_as(file, text_string(&t));
	assert_string_equal(owner(ruleset_find_chain(r->first, "INPUT")->last),
			    id);
	ruleset_free(r);
	text_done(&t);
}

static void a_jump_belongs_to_whom_it_leads_to(void **state)
{
	(void)state;
	assert_owner("a",
		     ":ufw-before-input - [0:0]\n"
		     "-A INPUT -j ufw-before-input",
		     "ufw");
	assert_owner("a",
		     ":f2b-sshd - [0:0]\n"
		     "-A INPUT -p tcp -j f2b-sshd",
		     "fail2ban");
	assert_owner("a",
		     ":KUBE-FIREWALL - [0:0]\n"
		     "-A INPUT -j KUBE-FIREWALL",
		     "kube");
	assert_owner("a", ":ufwish - [0:0]\n-A INPUT -j ufwish", "hand");
}

static void interfaces_and_comments_tell(void **state)
{
	(void)state;
	assert_owner("a", "-A INPUT -i docker0 -j ACCEPT", "docker");
	assert_owner("a", "-A INPUT -i br-0123456789ab -j ACCEPT", "docker");
	assert_owner("a", "-A INPUT -i br-office -j ACCEPT", "hand");
	assert_owner("a",
		     "-A INPUT -i virbr0 -p udp -m udp --dport 53 -j ACCEPT",
		     "libvirt");
	assert_owner("a",
		     "-A INPUT -p udp -m comment --comment "
		     "\"cali:abcdef\" -j ACCEPT",
		     "calico");
	assert_owner("a", "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT",
		     "hand");
}

static void what_nothing_tells_belongs_to_its_file(void **state)
{
	(void)state;
	assert_owner("/etc/iptables/rules.v4", "-A INPUT -j DROP",
		     "iptables-persistent");
	assert_owner("/etc/sysconfig/iptables", "-A INPUT -j DROP",
		     "iptables-services");
	assert_owner("/etc/iptables/rules.v4", "-A INPUT -i docker0 -j DROP",
		     "docker");
	assert_owner("/home/me/iptables", "-A INPUT -j DROP", "hand");
}

/* firewalld's own lines look like anybody's, but stand beside its chains. */
static void firewalld_owns_its_plain_rules(void **state)
{
	static const char lo[] = "-A INPUT -i lo -j ACCEPT";

	(void)state;
	assert_owner("a", lo, "hand");
	assert_owner("a", ":INPUT_ZONES - [0:0]\n-A INPUT -i lo -j ACCEPT",
		     "firewalld");
	assert_owner("a", ":INPUT_ZONES - [0:0]\n-A INPUT -p tcp -j ACCEPT",
		     "hand");
}

static void a_table_of_nft_may_be_owned_whole(void **state)
{
	static const char text[] =
		"table inet fw4 {\n\tchain input {\n\t\taccept\n\t}\n}\n"
		"table inet filter {\n\tchain input {\n\t\taccept\n\t}\n}\n";
	struct ruleset *r = ruleset_new(problems);

	(void)state;
	assert_int_equal(nft_text_read(r, "a", text, sizeof(text) - 1), 0);
	assert_string_equal(owner(r->first->first->first), "fw4");
	assert_string_equal(owner_of_chain(r->first->first)->id, "fw4");
	assert_string_equal(owner(r->last->first->first), "hand");
	assert_null(owner_of_chain(r->last->first));
	ruleset_free(r);
}

static int begin(void **state)
{
	(void)state;
	problems = problems_new();
	return problems ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	problems_free(problems);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_jump_belongs_to_whom_it_leads_to),
		cmocka_unit_test(interfaces_and_comments_tell),
		cmocka_unit_test(what_nothing_tells_belongs_to_its_file),
		cmocka_unit_test(firewalld_owns_its_plain_rules),
		cmocka_unit_test(a_table_of_nft_may_be_owned_whole),
	};

	return cmocka_run_group_tests(tests, begin, end);
}

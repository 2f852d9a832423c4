/* Rules that files keep: what is done in force is done to their lines. */
#include "fixing.h"

#include "fix/effect.h"
#include "fix/kept_file.h"

#define SAVE(rules)                                                            \
	"# made by hand\n*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT "       \
	"[0:0]\n:OUTPUT ACCEPT [0:0]\n" rules "COMMIT\n"

#define SSH "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n"
#define APP "-A INPUT -p tcp -m tcp --dport 5555 -j ACCEPT\n"
#define NO "-A INPUT -j REJECT --reject-with icmp-host-prohibited\n"
#define EST "-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT\n"
#define BAN "-A INPUT -p tcp -m tcp --dport 22 -j f2b-sshd\n"

static void express(struct fixing *f)
{
	f->plan.ask.protocol = IPPROTO_TCP;
	f->plan.ask.port = 5555;
	f->plan.ask.for_whom = FIX_FOR_EVERYONE;
	(void)fix_effect_compute(&f->p, f->c, NULL);
	assert_int_equal(kept_file_express(&f->p, f->c), 0);
}

static void a_new_rule_is_one_line_where_it_stands_in_force(void **state)
{
	struct fixing *f = *state;

	fixing_put(f, "/etc/iptables/rules.v4", SAVE(SSH "# the rest\n" NO));
	fixing_rules(f, "live", SAVE(SSH NO));
	fixing_packet(f, "src=10.1.0.7 tcp dport=5555");
	fixing_edit(f,
		    (struct rule_edit){
			    .kind = EDIT_INSERT,
			    .chain = "INPUT",
			    .number = 2,
			    .words = "-p tcp -m tcp --dport 5555 -j ACCEPT" });
	express(f);
	assert_string_equal(fixing_after(f), SAVE(SSH "# the rest\n" APP NO));
	assert_int_equal(f->c->lasts, FIX_LASTS_YES);
	assert_int_equal(f->c->lasting[0].file.line, 8);
}

static void what_programs_added_is_not_saved(void **state)
{
	struct fixing *f = *state;

	fixing_put(f, "/etc/iptables/rules.v4", SAVE(SSH NO));
	fixing_rules(f, "live",
		     SAVE(":f2b-sshd - [0:0]\n" BAN SSH BAN NO
			  "-A f2b-sshd -j RETURN\n"));
	fixing_packet(f, "src=10.1.0.7 tcp dport=5555");
	fixing_edit(f,
		    (struct rule_edit){
			    .kind = EDIT_INSERT,
			    .chain = "INPUT",
			    .number = 3,
			    .words = "-p tcp -m tcp --dport 5555 -j ACCEPT" });
	express(f);
	assert_string_equal(fixing_after(f), SAVE(SSH APP NO));
}

static void a_rule_that_moves_in_force_moves_in_the_file(void **state)
{
	struct fixing *f = *state;

	fixing_put(f, "/etc/sysconfig/iptables", SAVE(EST NO SSH APP));
	fixing_rules(f, "live", SAVE(EST NO SSH APP));
	fixing_packet(f, "src=10.1.0.7 tcp dport=5555");
	fixing_edit(f, (struct rule_edit){ .kind = EDIT_MOVE,
					   .chain = "INPUT",
					   .number = 2,
					   .to_number = 5 });
	express(f);
	assert_string_equal(fixing_after(f), SAVE(EST SSH APP NO));
	assert_int_equal(f->c->lasts, FIX_LASTS_YES);
}

static void another_order_in_the_file_is_mended_there(void **state)
{
	struct fixing *f = *state;

	/* In force the REJECT has to go behind rule 4; in the file, which
	 * was written before, it stands elsewhere. */
	fixing_put(f, "/etc/sysconfig/iptables", SAVE(NO EST APP SSH));
	fixing_rules(f, "live", SAVE(EST NO SSH APP));
	fixing_packet(f, "src=10.1.0.7 tcp dport=5555");
	fixing_edit(f, (struct rule_edit){ .kind = EDIT_MOVE,
					   .chain = "INPUT",
					   .number = 2,
					   .to_number = 5 });
	express(f);
	assert_string_equal(fixing_after(f), SAVE(EST SSH APP NO));
	assert_int_equal(f->c->lasts, FIX_LASTS_YES);
}

static void an_accept_above_a_rule_that_the_file_has_first(void **state)
{
	struct fixing *f = *state;

	/* The file refuses before it comes to the place in force. */
	fixing_put(f, "/etc/iptables/rules.v4",
		   SAVE("-A INPUT -s 10.0.0.0/8 -j DROP\n" SSH NO));
	fixing_rules(f, "live", SAVE(SSH NO));
	fixing_packet(f, "src=10.1.0.7 tcp dport=5555");
	fixing_edit(f,
		    (struct rule_edit){
			    .kind = EDIT_INSERT,
			    .chain = "INPUT",
			    .number = 2,
			    .words = "-p tcp -m tcp --dport 5555 -j ACCEPT" });
	express(f);
	assert_string_equal(
		fixing_after(f),
		SAVE(APP "-A INPUT -s 10.0.0.0/8 -j DROP\n" SSH NO));
	assert_int_equal(f->c->lasts, FIX_LASTS_YES);
}

static void a_file_that_is_right_already_stays_as_it_is(void **state)
{
	struct fixing *f = *state;

	fixing_put(f, "/etc/iptables/rules.v4", SAVE(SSH APP NO));
	fixing_rules(f, "live", SAVE(SSH NO APP));
	fixing_packet(f, "src=10.1.0.7 tcp dport=5555");
	fixing_edit(f, (struct rule_edit){ .kind = EDIT_MOVE,
					   .chain = "INPUT",
					   .number = 2,
					   .to_number = 4 });
	express(f);
	assert_int_equal(f->c->lasting_count, 0);
	assert_int_equal(f->c->lasts, FIX_LASTS_YES);
}

static void a_rule_that_goes_and_one_that_is_replaced(void **state)
{
	struct fixing *f = *state;

	fixing_put(f, "/etc/iptables/rules.v4",
		   SAVE("-A INPUT -s 10.1.0.0/16 -j DROP\n"
			"-A INPUT -p tcp -j DROP\n" SSH));
	fixing_rules(f, "live",
		     SAVE("-A INPUT -s 10.1.0.0/16 -j DROP\n"
			  "-A INPUT -p tcp -j DROP\n" SSH));
	fixing_packet(f, "src=10.1.0.7 tcp dport=5555");
	fixing_edit(f, (struct rule_edit){ .kind = EDIT_DELETE,
					   .chain = "INPUT",
					   .number = 1 });
	fixing_edit(f, (struct rule_edit){
			       .kind = EDIT_REPLACE,
			       .chain = "INPUT",
			       .number = 2,
			       .words = "-p tcp -m tcp --dport 23 -j DROP" });
	express(f);
	assert_string_equal(
		fixing_after(f),
		SAVE("-A INPUT -p tcp -m tcp --dport 23 -j DROP\n" SSH));
}

static void the_manager_is_told_by_the_file_that_boot_loads(void **state)
{
	struct fixing *f = *state;

	fixing_put(f, "/etc/iptables/rules.v4", SAVE(SSH NO));
	fixing_rules(f, "live", SAVE(SSH NO));
	assert_ptr_equal(fixing_manager(f, "INPUT"),
			 manager_find("iptables-persistent"));
}

static void a_unit_that_is_off_keeps_nothing(void **state)
{
	struct fixing *f = *state;

	fixing_put(f, "/etc/systemd/system/multi-user.target.wants/a.service",
		   "");
	fixing_put(f, "/etc/iptables/rules.v4", SAVE(SSH NO));
	fixing_rules(f, "live", SAVE(SSH NO));
	assert_null(fixing_manager(f, "INPUT"));
}

static void a_script_of_the_boot_is_a_manager_too(void **state)
{
	struct fixing *f = *state;
	const char *path =
		fixing_put(f, "/etc/iptables.up.rules", SAVE(SSH NO));

	(void)path;
	fixing_put(f, "/etc/network/if-pre-up.d/iptables",
		   "#!/bin/sh\niptables-restore < /etc/iptables.up.rules\n");
	fixing_rules(f, "live", SAVE(SSH NO));
	assert_ptr_equal(fixing_manager(f, "INPUT"),
			 manager_find("boot-script"));
}

static const char nft_live[] =
	"table inet filter {\n"
	"\tchain input {\n"
	"\t\ttype filter hook input priority filter; policy drop;\n"
	"\t\tct state established,related accept\n"
	"\t\ttcp dport { 22, 80 } accept\n"
	"\t\tcounter packets 0 bytes 0 reject\n"
	"\t}\n}\n";

#define NFT(rules)                                                             \
	"#!/usr/sbin/nft -f\nflush ruleset\n\ntable inet filter {\n"           \
	"\tchain input {\n\t\ttype filter hook input priority 0; policy "      \
	"drop;\n\t\t# those that are open\n\t\tct state "                      \
	"established,related accept\n" rules "\t}\n}\n"

static void nfts_file_is_changed_within_its_block(void **state)
{
	struct fixing *f = *state;

	fixing_put(f, "/etc/nftables.conf",
		   NFT("\t\ttcp dport {\n\t\t\tssh, http\n\t\t} accept\n"
		       "\t\tcounter reject # all else\n"));
	fixing_rules(f, "live", nft_live);
	fixing_packet(f, "src=10.1.0.7 tcp dport=5555");
	assert_ptr_equal(fixing_manager(f, "input"),
			 manager_find("nftables.service"));
	fixing_edit(f, (struct rule_edit){ .kind = EDIT_INSERT,
					   .chain = "input",
					   .number = 3,
					   .words = "tcp dport 5555 accept" });
	express(f);
	assert_string_equal(
		fixing_after(f),
		NFT("\t\ttcp dport {\n\t\t\tssh, http\n\t\t} accept\n"
		    "\t\ttcp dport 5555 accept\n"
		    "\t\tcounter reject # all else\n"));
	assert_int_equal(f->c->lasts, FIX_LASTS_YES);
}

static void a_rule_of_several_lines_moves_whole(void **state)
{
	struct fixing *f = *state;

	fixing_put(f, "/etc/nftables.conf",
		   NFT("\t\tcounter reject # all else\n"
		       "\t\ttcp dport {\n\t\t\tssh, http\n\t\t} accept\n"));
	fixing_rules(
		f, "live",
		"table inet filter {\n\tchain input {\n\t\ttype filter hook "
		"input priority filter; policy drop;\n"
		"\t\tct state established,related accept\n"
		"\t\tcounter packets 0 bytes 0 reject\n"
		"\t\ttcp dport { 22, 80 } accept\n\t}\n}\n");
	fixing_packet(f, "src=10.1.0.7 tcp dport=80");
	fixing_edit(f, (struct rule_edit){ .kind = EDIT_MOVE,
					   .chain = "input",
					   .number = 3,
					   .to_number = 2 });
	express(f);
	assert_string_equal(
		fixing_after(f),
		NFT("\t\ttcp dport {\n\t\t\tssh, http\n\t\t} accept\n"
		    "\t\tcounter reject # all else\n"));
}

static void an_included_file_is_changed_where_the_chain_stands(void **state)
{
	struct fixing *f = *state;

	fixing_put(f, "/etc/nftables.conf",
		   "flush ruleset\ninclude \"/etc/nftables.d/*.nft\"\n");
	fixing_put(f, "/etc/nftables.d/a.nft",
		   "table inet filter {\n\tchain input {\n\t\ttype filter "
		   "hook input priority 0; policy drop;\n\t}\n}\n");
	fixing_rules(f, "live",
		     "table inet filter {\n\tchain input {\n\t\ttype filter "
		     "hook input priority 0; policy drop;\n\t}\n}\n");
	fixing_packet(f, "src=10.1.0.7 tcp dport=5555");
	fixing_edit(f, (struct rule_edit){ .kind = EDIT_INSERT,
					   .chain = "input",
					   .number = 1,
					   .words = "tcp dport 5555 accept" });
	express(f);
	assert_non_null(strstr(f->c->lasting[0].file.path, "nftables.d/a.nft"));
	assert_string_equal(
		fixing_after(f),
		"table inet filter {\n\tchain input {\n\t\ttype filter hook "
		"input priority 0; policy drop;\n\t\ttcp dport 5555 "
		"accept\n\t}\n}\n");
	assert_int_equal(f->c->lasts, FIX_LASTS_YES);
}

static void rules_in_force_may_be_of_another_tool_than_the_file(void **state)
{
	struct fixing *f = *state;

	fixing_put(f, "/etc/nftables.conf",
		   "table ip filter {\n\tchain INPUT {\n\t\ttype filter hook "
		   "input priority 0; policy drop;\n\t\ttcp dport 22 "
		   "accept\n\t}\n}\n");
	fixing_rules(f, "live",
		     "# Generated by iptables-save v1.8.9 (nf_tables)\n"
		     "*filter\n:INPUT DROP [0:0]\n" SSH "COMMIT\n");
	fixing_packet(f, "src=10.1.0.7 tcp dport=5555");
	fixing_edit(
		f,
		(struct rule_edit){
			.kind = EDIT_INSERT,
			.chain = "INPUT",
			.number = 2,
			.words =
				"-s 10.1.0.0/24 -p tcp -m tcp --dport 5555 -j ACCEPT" });
	express(f);
	assert_non_null(strstr(
		fixing_after(f),
		"\t\ttcp dport 22 accept\n"
		"\t\tip saddr 10.1.0.0/24 tcp dport 5555 accept\n\t}\n"));
}

static void given_files_are_changed_themselves(void **state)
{
	struct fixing *f = *state;

	fixing_rules(f, "/somewhere/etc/iptables/rules.v4", SAVE(SSH NO));
	f->p.may_read = false;
	fixing_packet(f, "src=10.1.0.7 tcp dport=5555");
	assert_ptr_equal(fixing_manager(f, "INPUT"),
			 manager_find("iptables-persistent"));
	fixing_edit(f,
		    (struct rule_edit){
			    .kind = EDIT_INSERT,
			    .chain = "INPUT",
			    .number = 2,
			    .words = "-p tcp -m tcp --dport 5555 -j ACCEPT" });
	express(f);
	assert_string_equal(fixing_after(f), SAVE(SSH APP NO));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixing_begin, fixing_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_rule_is_one_line_where_it_stands_in_force),
		TEST(what_programs_added_is_not_saved),
		TEST(a_rule_that_moves_in_force_moves_in_the_file),
		TEST(another_order_in_the_file_is_mended_there),
		TEST(an_accept_above_a_rule_that_the_file_has_first),
		TEST(a_file_that_is_right_already_stays_as_it_is),
		TEST(a_rule_that_goes_and_one_that_is_replaced),
		TEST(the_manager_is_told_by_the_file_that_boot_loads),
		TEST(a_unit_that_is_off_keeps_nothing),
		TEST(a_script_of_the_boot_is_a_manager_too),
		TEST(nfts_file_is_changed_within_its_block),
		TEST(a_rule_of_several_lines_moves_whole),
		TEST(an_included_file_is_changed_where_the_chain_stands),
		TEST(rules_in_force_may_be_of_another_tool_than_the_file),
		TEST(given_files_are_changed_themselves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

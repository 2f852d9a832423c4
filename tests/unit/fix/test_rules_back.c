/* What takes a change back when others have changed the rules since. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fix/rules_back.h"
#include "ruleset/model.h"

#define HEAD "*filter\n:INPUT ACCEPT [0:0]\n:own - [0:0]\n"
#define SSH "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n"
#define NTP "-A INPUT -p udp -m udp --dport 123 -j ACCEPT\n"
#define WEB "-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT\n"
#define DROP "-A INPUT -j DROP\n"
#define BAN "-A INPUT -s 192.0.2.9/32 -j DROP\n"
#define OURS "-A INPUT -p tcp -m tcp --dport 5555 -j ACCEPT\n"
#define END "COMMIT\n"
#define RULES SSH NTP WEB DROP

#define ADD_OURS "-I INPUT 2 -p tcp -m tcp --dport 5555 -j ACCEPT\n"
#define DEL_OURS "-D INPUT -p tcp -m tcp --dport 5555 -j ACCEPT\n"

static const struct rules_change insert = {
	.table = "filter",
	.script =
		"*filter\n-C INPUT -p udp -m udp --dport 123 -j ACCEPT\n" ADD_OURS
			END,
	.undo = "*filter\n" DEL_OURS END,
};

static const struct rules_change delete = {
	.table = "filter",
	.script = "*filter\n-D INPUT 2\n" END,
	.undo = "*filter\n[5:6] -I INPUT 2 -p udp -m udp --dport 123 -j ACCEPT\n" END,
};

static const struct rules_change move = {
	.table = "filter",
	.script = "*filter\n-D INPUT 3\n"
		  "-I INPUT 2 -p tcp -m tcp --dport 80 -j ACCEPT\n" END,
	.undo = "*filter\n-D INPUT 2\n"
		"-I INPUT 3 -p tcp -m tcp --dport 80 -j ACCEPT\n" END,
};

/* wanted NULL: there is nothing to take back. */
static void back(const struct rules_change *c, const char *now, bool is_done,
		 const char *wanted)
{
	struct text t = TEXT_NULL;
	int ret = rules_back(&t, &(struct rules_back){ .change = c,
						       .before = HEAD RULES END,
						       .now = now,
						       .echo = "",
						       .is_done = is_done });

	assert_int_equal(ret, wanted ? 0 : 1);
	assert_string_equal(text_string(&t), wanted ? wanted : "");
	text_done(&t);
}

static void numbers_follow_what_others_added(void **state)
{
	(void)state;
	back(&insert, HEAD SSH OURS NTP WEB DROP END, true,
	     "*filter\n" DEL_OURS END);
	back(&delete, HEAD BAN BAN SSH WEB DROP END, true,
	     "*filter\n[5:6] -I INPUT 4 -p udp -m udp --dport 123 -j ACCEPT\n" END);
	back(&move, HEAD BAN SSH WEB NTP BAN DROP END, true,
	     "*filter\n-D INPUT 3\n"
	     "-I INPUT 5 -p tcp -m tcp --dport 80 -j ACCEPT\n" END);
}

static void ours_is_told_from_its_twin(void **state)
{
	(void)state;
	back(&insert, HEAD SSH OURS NTP WEB OURS DROP END, true,
	     "*filter\n-D INPUT 2\n" END);
	back(&insert, HEAD OURS SSH OURS NTP WEB DROP END, true,
	     "*filter\n-D INPUT 3\n" END);
}

static void what_was_only_begun_is_looked_for(void **state)
{
	(void)state;
	back(&insert, HEAD BAN SSH NTP WEB DROP END, false, NULL);
	back(&delete, HEAD BAN SSH NTP WEB DROP END, false, NULL);
	back(&move, HEAD BAN SSH NTP WEB DROP END, false, NULL);
	back(&insert, HEAD BAN SSH OURS NTP WEB DROP END, false,
	     "*filter\n" DEL_OURS END);
	back(&delete, HEAD SSH BAN WEB DROP END, false,
	     "*filter\n[5:6] -I INPUT 3 -p udp -m udp --dport 123 -j ACCEPT\n" END);
}

static void what_others_took_away_is_not_missed(void **state)
{
	(void)state;
	back(&insert, HEAD SSH NTP WEB BAN DROP END, true, NULL);
	back(&insert, HEAD END, true, NULL);
	back(&insert, "*filter\n:FORWARD ACCEPT [0:0]\n" END, true, NULL);
	back(&insert, "", true, NULL);
	/* Its neighbours went: the next that is left tells the place. */
	back(&delete, HEAD SSH DROP END, true,
	     "*filter\n[5:6] -I INPUT 2 -p udp -m udp --dport 123 -j ACCEPT\n" END);
}

static void ours_is_found_in_other_words(void **state)
{
	(void)state;
	back(&insert,
	     HEAD SSH
	     "-A INPUT -p 6 -m tcp --dport 5555 -j ACCEPT\n" NTP WEB DROP END,
	     false, "*filter\n-D INPUT 2\n" END);
	/* A ban is not it. */
	back(&insert, HEAD SSH BAN NTP WEB DROP END, true, NULL);
}

static void what_slipped_in_between_is_mended(void **state)
{
	static const struct rules_change ran = {
		.table = "filter",
		.script = "*filter\n" ADD_OURS END,
		.undo = "",
	};
	struct text t = TEXT_NULL;
	struct rules_back b = { .change = &ran,
				.before = HEAD RULES END,
				.now = HEAD BAN OURS SSH NTP WEB DROP END };

	(void)state;
	assert_int_equal(rules_back_mend(&t, &b), 0);
	assert_string_equal(
		text_string(&t),
		"*filter\n-D INPUT 2\n"
		"-I INPUT 3 -p tcp -m tcp --dport 5555 -j ACCEPT\n" END);
	b.now = HEAD BAN SSH OURS NTP WEB BAN DROP END;
	assert_int_equal(rules_back_mend(&t, &b), 1);
	b.now = HEAD END;
	assert_int_equal(rules_back_mend(&t, &b), 1);
	text_done(&t);
}

static void a_script_that_is_not_understood_is_refused(void **state)
{
	static const char *const bad[] = {
		"*filter\n-I INPUT 9 -j DROP\n" END,
		"*filter\n-D INPUT 9\n" END,
		"*filter\n-F INPUT\n" END,
		"*filter\n-I nowhere 1 -j DROP\n" END,
		"*filter\nnonsense\n" END,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct rules_change c = insert;
		struct text t = TEXT_NULL;
		struct rules_back b = { .change = &c,
					.before = HEAD RULES END,
					.now = HEAD RULES BAN END,
					.echo = "" };

		c.script = bad[i];
		assert_int_equal(rules_back(&t, &b), -EINVAL);
		assert_int_equal(t.len, 0);
		text_done(&t);
	}
}

#define NFT(rules)                                                             \
	"table inet g {\n\tchain i {\n\t\ttcp dport 5555 accept # handle "     \
	"9\n\t}\n}\ntable inet f { # handle 1\n\tset ban { # handle 6\n\t}"    \
	"\n\tchain i { # handle 1\n" rules "\t}\n}\n"
#define NFT_SSH "\t\ttcp dport 22 accept # handle 2\n"
#define NFT_NTP                                                                \
	"\t\tudp dport 123 counter packets 5 bytes 6 accept # handle 3\n"
#define NFT_BAN "\t\tip saddr @ban drop # handle 7\n"
#define NFT_OURS "\t\ttcp dport 5555 accept # handle 9\n"

static const struct rules_change nft = {
	.engine = ENGINE_NFT,
	.family = TABLE_INET,
	.table = "f",
	.script = "insert rule inet f i handle 3 tcp dport 5555 accept\n",
	.undo = "delete rule inet f i handle {1}\n",
};

static const struct rules_change nft_delete = {
	.engine = ENGINE_NFT,
	.family = TABLE_INET,
	.table = "f",
	.script = "delete rule inet f i handle 2\n",
	.undo = "insert rule inet f i handle 3 tcp dport 22 accept\n",
};

static void nft_back(const struct rules_change *c, const char *now,
		     const char *echo, bool is_done, const char *wanted)
{
	struct text t = TEXT_NULL;
	int ret = rules_back(
		&t, &(struct rules_back){ .change = c,
					  .before = NFT(NFT_SSH NFT_NTP),
					  .now = now,
					  .echo = echo,
					  .is_done = is_done });

	assert_int_equal(ret, wanted ? 0 : 1);
	assert_string_equal(text_string(&t), wanted ? wanted : "");
	text_done(&t);
}

/* The other table has a handle 9 of its own. */
static void of_nft_ours_is_what_came_to_this_table(void **state)
{
	(void)state;
	nft_back(&nft, NFT(NFT_BAN NFT_SSH NFT_OURS NFT_NTP), "", true,
		 "delete rule inet f i handle 9\n");
	nft_back(&nft, NFT(NFT_BAN NFT_SSH NFT_OURS NFT_NTP), "", false,
		 "delete rule inet f i handle 9\n");
	nft_back(&nft, NFT(NFT_BAN NFT_SSH NFT_NTP), "", false, NULL);
	nft_back(&nft, NFT(NFT_BAN NFT_SSH NFT_NTP),
		 "insert rule inet f i tcp dport 5555 accept # handle 9\n",
		 true, NULL);
	nft_back(&nft, "", "", true, NULL);
}

static void of_nft_what_is_still_there_was_not_deleted(void **state)
{
	(void)state;
	nft_back(&nft_delete, NFT(NFT_SSH NFT_NTP NFT_BAN), "", false, NULL);
	nft_back(&nft_delete, NFT(NFT_NTP NFT_BAN), "", false,
		 "insert rule inet f i handle 3 tcp dport 22 accept\n");
}

/* Every handle is another; ours is not the one that has its old number. */
static void of_nft_rules_are_found_by_words_after_another_boot(void **state)
{
	static const char now[] = NFT(
		"\t\ttcp dport 22 accept # handle 9\n"
		"\t\ttcp dport 5555 accept # handle 3\n"
		"\t\tudp dport 123 counter packets 0 bytes 0 accept # handle 2\n");
	struct text t = TEXT_NULL;
	struct rules_back b = { .change = &nft,
				.before = NFT(NFT_SSH NFT_NTP),
				.now = now,
				.echo = "add rule # handle 9\n",
				.is_other_boot = true };

	(void)state;
	assert_int_equal(rules_back(&t, &b), 0);
	assert_string_equal(text_string(&t), "delete rule inet f i handle 3\n");
	text_clear(&t);
	b.change = &nft_delete;
	b.now = NFT(
		"\t\tudp dport 123 counter packets 0 bytes 0 accept # handle 2\n");
	assert_int_equal(rules_back(&t, &b), 0);
	assert_string_equal(
		text_string(&t),
		"insert rule inet f i handle 2 tcp dport 22 accept\n");
	text_clear(&t);
	b.now = now;
	assert_int_equal(rules_back(&t, &b), 1);
	text_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_follow_what_others_added),
		cmocka_unit_test(ours_is_told_from_its_twin),
		cmocka_unit_test(what_was_only_begun_is_looked_for),
		cmocka_unit_test(what_others_took_away_is_not_missed),
		cmocka_unit_test(ours_is_found_in_other_words),
		cmocka_unit_test(what_slipped_in_between_is_mended),
		cmocka_unit_test(a_script_that_is_not_understood_is_refused),
		cmocka_unit_test(of_nft_ours_is_what_came_to_this_table),
		cmocka_unit_test(of_nft_what_is_still_there_was_not_deleted),
		cmocka_unit_test(
			of_nft_rules_are_found_by_words_after_another_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

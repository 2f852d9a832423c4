#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <bpf/btf.h>
#include <cmocka.h>

#include "drops/reasons.h"

/* Numbers as no kernel has them. */
static struct btf *kernel(void)
{
	struct btf *btf = btf__new_empty();

	assert_non_null(btf);
	assert_true(btf__add_enum(btf, "skb_drop_reason", 4) > 0);
	assert_false(btf__add_enum_value(btf, "SKB_CONSUMED", 1));
	assert_false(
		btf__add_enum_value(btf, "SKB_DROP_REASON_NETFILTER_DROP", 42));
	assert_true(btf__add_enum(btf, "sk_rst_reason", 4) > 0);
	assert_false(btf__add_enum_value(btf, "SK_RST_REASON_NO_SOCKET", 42));
	assert_true(btf__add_enum(btf, "mac80211_drop_reason", 4) > 0);
	assert_false(btf__add_enum_value(btf, "___RX_DROP_U_REPLAY", 0x10001));
	return btf;
}

static void names_are_the_kernels_own(void **state)
{
	struct btf *btf = kernel();
	struct reasons r;

	(void)state;
	reasons_read(&r, btf);
	assert_string_equal(reasons_drop(&r, 42), "NETFILTER_DROP");
	assert_string_equal(reasons_drop(&r, 1), "SKB_CONSUMED");
	assert_string_equal(reasons_drop(&r, 0x10001), "RX_DROP_U_REPLAY");
	assert_string_equal(reasons_reset(&r, 42), "NO_SOCKET");
	btf__free(btf);
}

static void what_is_not_known_has_no_name(void **state)
{
	struct btf *btf = btf__new_empty();
	struct reasons r;

	(void)state;
	assert_non_null(btf);
	reasons_read(&r, btf);
	assert_int_equal(r.count, 0);
	assert_string_equal(reasons_drop(&r, 42), "");
	assert_string_equal(reasons_reset(&r, 0), "");
	btf__free(btf);
}

static void more_than_there_is_room_for_are_left_out(void **state)
{
	struct btf *btf = btf__new_empty();
	struct reasons r;

	(void)state;
	assert_true(btf__add_enum(btf, "skb_drop_reason", 4) > 0);
	for (int i = 0; i < REASONS_MOST + 10; i++)
		assert_false(btf__add_enum_value(btf, "X", i));
	reasons_read(&r, btf);
	assert_int_equal(r.count, REASONS_MOST);
	btf__free(btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_the_kernels_own),
		cmocka_unit_test(what_is_not_known_has_no_name),
		cmocka_unit_test(more_than_there_is_room_for_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

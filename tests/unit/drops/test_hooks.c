#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drops/hooks.h"

struct sample {
	const char *stack[8]; /* as kernels had it */
	enum drop_hook hook;
	enum drop_engine engine;
};

static const struct sample samples[] = {
	{ { "nft_do_chain", "nft_do_chain_inet", "nf_hook_slow", "ip_rcv" },
	  DROP_HOOK_PREROUTING,
	  DROP_ENGINE_NFT },
	{ { "nft_do_chain", "nft_do_chain_inet", "nf_hook_slow", "ip6_xmit" },
	  DROP_HOOK_OUTPUT,
	  DROP_ENGINE_NFT },
	{ { "nft_do_chain", "nft_do_chain_netdev", "nf_hook_slow",
	    "__netif_receive_skb_core", "__netif_receive_skb_one_core" },
	  DROP_HOOK_INGRESS,
	  DROP_ENGINE_NFT },
	{ { "nft_do_chain", "nft_do_chain_bridge", "nf_hook_slow",
	    "__br_forward", "br_handle_frame_finish" },
	  DROP_HOOK_BRIDGE,
	  DROP_ENGINE_NFT },
	{ { "nf_hook_slow", "ip_local_deliver" },
	  DROP_HOOK_INPUT,
	  DROP_ENGINE_HOOK },
	{ { "nf_hook_slow", "__ip_local_out" },
	  DROP_HOOK_OUTPUT,
	  DROP_ENGINE_HOOK },
	{ { "nf_hook_slow", "ip_output", "ip_forward_finish" },
	  DROP_HOOK_POSTROUTING,
	  DROP_ENGINE_HOOK },
	{ { "reject_tg", "ipt_do_table", "nf_hook_slow", "ip_forward" },
	  DROP_HOOK_FORWARD,
	  DROP_ENGINE_HOOK },
	{ { "nft_reject_inet_eval", "nft_do_chain", "nft_do_chain_inet",
	    "nf_hook_slow", "ip_forward" },
	  DROP_HOOK_FORWARD,
	  DROP_ENGINE_NFT },
	/* iptables' rules for what is bridged, run inside a bridge's hook. */
	{ { "nf_hook_slow", "br_nf_forward_ip", "nf_hook_slow",
	    "__br_forward" },
	  DROP_HOOK_FORWARD,
	  DROP_ENGINE_HOOK },
	/* The hook's caller is none that is known. */
	{ { "nf_hook_slow", "something_new", "ip_local_deliver" },
	  DROP_HOOK_NONE,
	  DROP_ENGINE_HOOK },
	/* No rule dropped these. */
	{ { "tcp_v4_rcv", "ip_protocol_deliver_rcu", "ip_local_deliver_finish",
	    "ip_local_deliver" },
	  DROP_HOOK_NONE,
	  DROP_ENGINE_NONE },
	{ { "ip6_mc_input", "ip_sabotage_in", "nf_hook_slow", "ipv6_rcv" },
	  DROP_HOOK_NONE,
	  DROP_ENGINE_NONE },
	{ { "ip_rcv_finish_core", "ip_rcv" },
	  DROP_HOOK_NONE,
	  DROP_ENGINE_NONE },
	{ { "" }, DROP_HOOK_NONE, DROP_ENGINE_NONE },
	{ { NULL }, DROP_HOOK_NONE, DROP_ENGINE_NONE },
};

static void the_hook_is_whose_rules_did_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		enum drop_hook hook;
		enum drop_engine engine;

		hooks_of(samples[i].stack, &hook, &engine);
		assert_int_equal(hook, samples[i].hook);
		assert_int_equal(engine, samples[i].engine);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hook_is_whose_rules_did_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

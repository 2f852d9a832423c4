#include "drops/hooks.h"

#include <stdbool.h>
#include <string.h>

struct caller {
	const char *name;
	enum drop_hook hook;
};

/* Who calls the hooks (NF_HOOK in Linux's net/): these run nothing else that
 * could drop between them and the packet filter. */
static const struct caller callers[] = {
	{ "ip_rcv", DROP_HOOK_PREROUTING },
	{ "ip_list_rcv", DROP_HOOK_PREROUTING },
	{ "ip_sublist_rcv", DROP_HOOK_PREROUTING },
	{ "ipv6_rcv", DROP_HOOK_PREROUTING },
	{ "ipv6_list_rcv", DROP_HOOK_PREROUTING },
	{ "ip6_sublist_rcv", DROP_HOOK_PREROUTING },
	{ "ip_local_deliver", DROP_HOOK_INPUT },
	{ "ip6_input", DROP_HOOK_INPUT },
	{ "ip6_mc_input", DROP_HOOK_INPUT },
	{ "ip_forward", DROP_HOOK_FORWARD },
	{ "ip6_forward", DROP_HOOK_FORWARD },
	{ "ip_mr_forward", DROP_HOOK_FORWARD },
	{ "ip6_mr_forward", DROP_HOOK_FORWARD },
	{ "ipmr_queue_xmit", DROP_HOOK_FORWARD },
	{ "__ip_local_out", DROP_HOOK_OUTPUT },
	{ "ip_local_out", DROP_HOOK_OUTPUT },
	{ "__ip6_local_out", DROP_HOOK_OUTPUT },
	{ "ip6_local_out", DROP_HOOK_OUTPUT },
	{ "ip6_xmit", DROP_HOOK_OUTPUT },
	{ "raw_send_hdrinc", DROP_HOOK_OUTPUT },
	{ "raw_sendmsg", DROP_HOOK_OUTPUT },
	{ "rawv6_send_hdrinc", DROP_HOOK_OUTPUT },
	{ "rawv6_sendmsg", DROP_HOOK_OUTPUT },
	{ "ndisc_send_skb", DROP_HOOK_OUTPUT },
	{ "mld_sendpack", DROP_HOOK_OUTPUT },
	{ "igmp6_send", DROP_HOOK_OUTPUT },
	{ "ip_output", DROP_HOOK_POSTROUTING },
	{ "ip_mc_output", DROP_HOOK_POSTROUTING },
	{ "ip6_output", DROP_HOOK_POSTROUTING },
	{ "xfrm4_output", DROP_HOOK_POSTROUTING },
	{ "xfrm6_output", DROP_HOOK_POSTROUTING },
	/* iptables' hooks, run by br_netfilter for what is bridged. */
	{ "br_nf_pre_routing", DROP_HOOK_PREROUTING },
	{ "br_nf_pre_routing_ipv6", DROP_HOOK_PREROUTING },
	{ "br_nf_forward_ip", DROP_HOOK_FORWARD },
	{ "br_nf_forward", DROP_HOOK_FORWARD },
	{ "br_nf_post_routing", DROP_HOOK_POSTROUTING },
	{ "__netif_receive_skb_core", DROP_HOOK_INGRESS },
	{ "nf_ingress", DROP_HOOK_INGRESS },
	{ "__dev_queue_xmit", DROP_HOOK_EGRESS },
	{ "nf_hook_egress", DROP_HOOK_EGRESS },
};

/* What runs rules. */
static const char *const engines[] = { "nft_do_chain", "nf_hook_slow",
				       "ipt_do_table", "ip6t_do_table",
				       "ebt_do_table", "arpt_do_table" };

static bool begins_with(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

static bool is_engine(const char *name)
{
	for (size_t i = 0; i < sizeof(engines) / sizeof(*engines); i++)
		if (begins_with(name, engines[i]))
			return true;

	return false;
}

/* What rules run: a packet may be dropped, or answered, in there. */
static bool is_of_rules(const char *name)
{
	static const char *const begins[] = {
		"nft_",   "nf_",      "__nf_",  "xt_",       "ipt_",
		"ip6t_",  "ebt_",     "arpt_",  "reject_tg", "synproxy_",
		"ip_vs_", "__ip_vs_", "nfqnl_",
	};

	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++)
		if (begins_with(name, begins[i]))
			return true;

	return false;
}

/* Inline in most kernels. */
static bool is_glue(const char *name)
{
	return !strcmp(name, "nf_hook") || !strcmp(name, "NF_HOOK") ||
	       !strcmp(name, "nf_hook_list") ||
	       !strcmp(name, "nf_hook_ingress_slow");
}

static enum drop_hook hook_of(const char *name)
{
	for (size_t i = 0; i < sizeof(callers) / sizeof(*callers); i++)
		if (!strcmp(name, callers[i].name))
			return callers[i].hook;

	return begins_with(name, "br_") || begins_with(name, "__br_")
		       ? DROP_HOOK_BRIDGE
		       : DROP_HOOK_NONE;
}

/* A hook may run what comes after it (ip_sabotage_in() does): so between the
 * place and what runs the rules there may be nothing else, and behind it stands
 * who called the hook. */
void hooks_of(const char *const *stack, enum drop_hook *hook,
	      enum drop_engine *engine)
{
	size_t i = 0;

	*hook = DROP_HOOK_NONE;
	*engine = DROP_ENGINE_NONE;
	while (stack[i] && !is_engine(stack[i]) && is_of_rules(stack[i]))
		i++;
	for (; stack[i] && (is_engine(stack[i]) || is_glue(stack[i])); i++)
		if (begins_with(stack[i], "nft_do_chain"))
			*engine = DROP_ENGINE_NFT;
		else if (*engine == DROP_ENGINE_NONE)
			*engine = DROP_ENGINE_HOOK;
	if (*engine != DROP_ENGINE_NONE && stack[i])
		*hook = hook_of(stack[i]);
}

/*
 * A policy of IPsec that blocks: one of a better priority for this connection
 * alone. What demands encryption is never let through without.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/i18n.h"
#include "diag/cause.h"
#include "fix/kit.h"

static int put(struct fix_planning *p, const char *client, bool is_in,
	       int64_t priority)
{
	const struct fix_ask *ask = &p->plan->ask;
	const char *server = kit_address(p, &ask->server);
	const char *selector = fix_words(
		p, "src %s dst %s proto %s %s %u dir %s",
		is_in ? client : server, is_in ? server : client,
		ask->protocol == IPPROTO_UDP ? "udp" : "tcp",
		is_in ? "dport" : "sport", ask->port, is_in ? "in" : "out");
	const struct kit_frame frame = {
		.id = "ipsec-allow",
		.summary = fix_words(
			p,
			_("allow this connection before the IPsec policy that blocks (%s)"),
			is_in ? "in" : "out"),
		.risk = FIX_RISK_SOME,
		.risk_text = _(
			"The connection then passes without IPsec: whether that is meant is for who wrote the policy."),
		.is_exact = true,
		.lasts = FIX_LASTS_NO,
		.lasts_text = _(
			"Policies are the IPsec daemon's: unless it is added to its configuration, it is gone with its next start."),
	};
	const struct kit_run run = {
		.argv = kit_command(p, "ip xfrm policy add", selector,
				    fix_words(p, "action allow priority %lld",
					      (long long)priority)),
		.undo = kit_command(p, "ip xfrm policy delete", selector, NULL),
		.text = fix_words(p, _("Adds the policy %s."), selector),
		.undo_text = _("Deletes that policy again."),
	};
	struct fix_candidate *c;

	if (!run.argv || !run.undo)
		return -ENOENT;
	c = kit_propose(p, &frame);
	if (!c || !kit_run(p, c, false, &run))
		return -ENOMEM;
	kit_effect(
		p, c,
		_("The packets of this connection pass without IPsec; all others are treated as before."));
	return 0;
}

static int propose(struct fix_planning *p, const struct fix_fault *f)
{
	int64_t priority = fix_culprit_number(f->culprit, "priority", 1);
	const char *client = kit_client(p);

	if (!kit_is_here(p, f) || !client || !p->plan->ask.has_server)
		return -ENOENT;
	/* The less, the better; equal ones are asked in the order of time. */
	if (priority < 1) {
		fix_remark(
			p,
			_("The policy has the best priority that there is: it has to be changed itself."));
		return -ENOENT;
	}

	return put(p, client, f->found != FACT_XFRM_BLOCKS_REPLY, priority - 1);
}

const struct repair repair_ipsec = {
	.id = "ipsec",
	.culprits = { CULPRIT_XFRM_POLICY },
	.causes = { "xfrm-policy-block" },
	.propose = propose,
};

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

/* One that has the best priority gets a worse one, so that another comes before
 * it. Its words end with the old one. */
static int make_room(struct fix_planning *p, struct fix_candidate *c,
		     const char *words)
{
	static const char head[] = "ip xfrm policy update";
	static const char best[] = " priority 0";
	size_t len = strlen(words), n = sizeof(best) - 1;
	struct kit_run run = { 0 };

	if (len < n || strcmp(words + len - n, best) != 0)
		return -ENOENT;
	run.argv = kit_command(p, head, words, NULL);
	run.undo = run.argv;
	run.argv = kit_command(
		p, head,
		fix_words(p, "%.*s priority %u", (int)(len - n), words, 10U),
		NULL);
	run.text = _(
		"Gives the policy that blocks a worse priority; it goes on blocking all others.");
	run.undo_text = _("Gives it the best priority again.");
	if (!run.argv || !run.undo)
		return -ENOENT;
	return kit_run(p, c, false, &run) ? 0 : -ENOMEM;
}

static int put(struct fix_planning *p, const char *client, bool is_in,
	       int64_t priority, const char *words)
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
	int err = 0;

	if (!run.argv || !run.undo)
		return -ENOENT;
	c = kit_propose(p, &frame);
	if (c && words)
		err = make_room(p, c, words);
	if (err) {
		p->plan->first = c->next;
		return err;
	}
	if (!c || !kit_run(p, c, false, &run))
		return -ENOMEM;
	kit_effect(
		p, c,
		_("The packets of this connection pass without IPsec; all others are treated as before."));
	return 0;
}

/* It is about this connection and no other: it goes. */
static int delete_policy(struct fix_planning *p, const char *words)
{
	const struct kit_frame frame = {
		.id = "ipsec-delete",
		.summary = fix_words(p, _("delete the IPsec policy %s"), words),
		.risk = FIX_RISK_SOME,
		.risk_text = _(
			"It is about this connection alone; whoever set it had a reason."),
		.is_exact = true,
		.lasts = FIX_LASTS_NO,
		.lasts_text = _(
			"Policies are the IPsec daemon's: unless it is taken out of its configuration, it is back with its next start."),
	};
	const struct kit_run run = {
		.argv = kit_command(
			p, "ip xfrm policy delete",
			fix_words(p, "%.*s",
				  (int)(strstr(words, " action ") - words),
				  words),
			NULL),
		.undo = kit_command(p, "ip xfrm policy add", words, NULL),
		.text = fix_words(p, _("Deletes the policy %s."), words),
		.undo_text = _("Adds that policy again."),
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

/* As host/ipsec.c writes it, of this client and port. */
static bool is_ours_alone(struct fix_planning *p, const char *words, bool is_in)
{
	const struct fix_ask *ask = &p->plan->ask;
	unsigned bits = kit_is_v4(p) ? 32 : 128;
	const char *client = kit_address(p, &ask->client);
	const char *server = kit_address(p, &ask->server);
	const char *ours = fix_words(
		p, "src %s/%u dst %s/%u proto %u %s %u dir %s action ",
		is_in ? client : server, bits, is_in ? server : client, bits,
		ask->protocol, is_in ? "dport" : "sport", ask->port,
		is_in ? "in" : "out");

	return kit_is_one(p) && !strncmp(words, ours, strlen(ours));
}

static int propose(struct fix_planning *p, const struct fix_fault *f)
{
	int64_t priority = fix_culprit_number(f->culprit, "priority", 1);
	const char *client = kit_client(p);
	bool is_in = f->found != FACT_XFRM_BLOCKS_REPLY;
	int err;

	if (!kit_is_here(p, f) || !client || !p->plan->ask.has_server)
		return -ENOENT;
	if (is_ours_alone(p, f->culprit->text, is_in))
		return delete_policy(p, f->culprit->text);
	/* The less, the better; equal ones are asked in the order of time. */
	if (priority >= 1)
		return put(p, client, is_in, priority - 1, NULL);
	err = put(p, client, is_in, 1, f->culprit->text);
	if (err == -ENOENT)
		fix_remark(
			p,
			_("The policy has the best priority that there is: it has to be changed itself."));
	return err;
}

const struct repair repair_ipsec = {
	.id = "ipsec",
	.culprits = { CULPRIT_XFRM_POLICY },
	.causes = { "xfrm-policy-block" },
	.propose = propose,
};

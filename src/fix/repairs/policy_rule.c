/*
 * Rules of policy routing: one before the rule to blame, for this connection
 * alone, that asks the table main; or the rule is deleted.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/i18n.h"
#include "fix/kit.h"
#include "fix/network_files.h"

enum { MAIN_PRIORITY = 32766 };

struct mending {
	struct fix_planning *p;
	const struct culprit *k;
	int64_t priority;
	const char *words; /* behind "100:" */
	const char *tool, *selector;
};

/* The packets of this connection, as the rule to blame meets them. The kernel
 * knows ports in rules since 4.17. */
static const char *selector(struct fix_planning *p, enum fact_kind found)
{
	const struct fix_ask *ask = &p->plan->ask;
	bool is_client = p->record && p->record->vantage == VANTAGE_CLIENT;
	const char *protocol = ask->protocol == IPPROTO_UDP ? "udp" : "tcp";
	const char *client = kit_client(p);

	if (is_client)
		return fix_words(p, "to %s ipproto %s dport %u",
				 kit_address(p, &ask->server), protocol,
				 ask->port);
	if (!client)
		client = "all";
	if (found == FACT_POLICY_RULE_IN)
		return fix_words(p, "from %s ipproto %s dport %u", client,
				 protocol, ask->port);
	return fix_words(p, "to %s ipproto %s sport %u", client, protocol,
			 ask->port);
}

static int put(const struct mending *m, const struct kit_frame *frame,
	       const char *rule, bool is_added, struct fix_candidate **ret)
{
	struct fix_planning *p = m->p;
	const char *const *add = kit_command(
		p, fix_words(p, "%s rule add", m->tool), rule, NULL);
	const char *const *del = kit_command(
		p, fix_words(p, "%s rule del", m->tool), rule, NULL);
	const struct kit_run run = {
		.argv = is_added ? add : del,
		.undo = is_added ? del : add,
		.text = fix_words(p,
				  is_added ? _("Adds the rule %s.")
					   : _("Deletes the rule %s."),
				  rule),
		.undo_text = is_added ? _("Deletes that rule again.")
				      : _("Adds that rule again."),
	};
	struct fix_candidate *c;

	if (!add || !del)
		return -ENOENT;
	c = kit_propose(p, frame);
	if (!c || !kit_run(p, c, false, &run))
		return -ENOMEM;
	*ret = c;
	return 0;
}

static int put_before(const struct mending *m, int64_t priority)
{
	struct fix_planning *p = m->p;
	const char *rule = fix_words(p, "pref %lld %s lookup main",
				     (long long)priority, m->selector);
	const struct kit_frame frame = {
		.id = "rule-add",
		.summary = fix_words(p, _("add the routing rule %s"), rule),
		.risk = FIX_RISK_LOW,
		.risk_text = _("No other packets meet it."),
		.is_exact = kit_client(p) != NULL,
		.lasts = FIX_LASTS_UNKNOWN,
		.lasts_text = _(
			"Rules of routing are set by scripts or the network's setup: unless it is added there, it is gone after the next boot."),
	};
	struct fix_candidate *c;
	int err = put(m, &frame, rule, true, &c);

	if (err)
		return err;
	kit_effect(
		p, c,
		_("The packets of this connection (%s) are then routed by the table main; all others as before."),
		m->selector);
	return 0;
}

static int delete_rule(const struct mending *m)
{
	struct fix_planning *p = m->p;
	const char *rule =
		fix_words(p, "pref %lld %s", (long long)m->priority, m->words);
	const struct kit_frame frame = {
		.id = "rule-delete",
		.summary = fix_words(p, _("delete the routing rule %s"), rule),
		.risk = FIX_RISK_SOME,
		.risk_text = _(
			"All packets that the rule was for are routed otherwise; whoever set it had a reason."),
		.cost = 2,
	};
	struct fix_candidate *c;
	int err = put(m, &frame, rule, false, &c);

	if (err)
		return err;
	kit_effect(
		p, c,
		_("All packets that meet this rule are then routed by the rules behind it."));
	return network_files_drop(p, c, "rule", m->words);
}

static int propose(struct fix_planning *p, const struct fix_fault *f)
{
	struct mending m = { .p = p, .k = f->culprit };
	int err, deleted = -ENOENT;

	if (!kit_is_here(p, f))
		return -ENOENT;
	m.tool = kit_is_v4(p) ? "ip" : "ip -6";
	m.selector = selector(p, f->found);
	m.priority = fix_culprit_number(m.k, "priority", -1);
	m.words = strchr(m.k->text, '\t');
	if (m.priority < 0)
		return put_before(&m, MAIN_PRIORITY);

	err = m.priority > 1 ? put_before(&m, m.priority - 1) : -ENOENT;
	if (m.words && (!err || err == -ENOENT)) {
		m.words++;
		deleted = delete_rule(&m);
	}
	if (err == -ENOENT && deleted == -ENOENT)
		fix_remark(
			p,
			_("The routing rule %s cannot be changed from here: look at what set it."),
			m.k->text);
	return deleted == -ENOENT ? err : deleted;
}

const struct repair repair_policy_rule = {
	.id = "policy-rule",
	.culprits = { CULPRIT_POLICY_RULE },
	.propose = propose,
};

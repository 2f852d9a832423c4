/*
 * Filters of traffic control: one before the filter to blame that lets this
 * connection pass; or the filter is deleted, which cannot be taken back from
 * here.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <linux/pkt_sched.h>
#include <netinet/in.h>
#include <string.h>

#include "base/i18n.h"
#include "diag/cause.h"
#include "fix/kit.h"
#include "host/netlink.h"
#include "host/tc.h"

struct mending {
	struct fix_planning *p;
	const char *device, *side;
	int64_t priority, handle;
	const struct links_link *link;
	struct tc tc;
	const struct tc_filter *filter; /* the one to blame; NULL: not found */
	const char *where;              /* "ingress", or "parent 1:0" */
};

static bool is_taken(const struct mending *m, int64_t priority)
{
	for (const struct tc_filter *f = m->tc.filters; f; f = f->next)
		if (f->device == m->link->index &&
		    f->parent == m->filter->parent && f->priority == priority)
			return true;

	return false;
}

/* Of the connection's packets, as they pass there: u32 is what most kernels
 * have; without an action of its own, what matches passes. Where IPv4's header
 * has options, it does not match. */
static const char *match(const struct mending *m)
{
	struct fix_planning *p = m->p;
	const struct fix_ask *ask = &p->plan->ask;
	const char *ip = kit_is_v4(p) ? "ip" : "ip6";
	bool is_in = m->filter->side == TC_INGRESS;
	const char *client = kit_client(p);
	const char *at = "";

	if (client)
		at = fix_words(p, "match %s %s %s%s ", ip,
			       is_in ? "src" : "dst", client,
			       strchr(client, '/') ? ""
			       : kit_is_v4(p)      ? "/32"
						   : "/128");
	return fix_words(p, "%smatch %s protocol %u 0xff match %s %s %u 0xffff",
			 at, ip, ask->protocol, ip, is_in ? "dport" : "sport",
			 ask->port);
}

static int put_before(struct mending *m)
{
	struct fix_planning *p = m->p;
	int64_t priority = m->priority - 1;
	const char *rule, *id;
	struct kit_frame frame = { .id = "filter-pass" };
	struct kit_run run = { 0 };
	struct fix_candidate *c;

	while (priority > 0 && is_taken(m, priority))
		priority--;
	if (priority <= 0 || m->filter->chain)
		return -ENOENT;

	id = fix_words(p, "dev %s %s protocol %s pref %lld", m->device,
		       m->where, kit_is_v4(p) ? "ip" : "ipv6",
		       (long long)priority);
	rule = fix_words(p, "u32 %s flowid :1", match(m));
	frame.summary = fix_words(
		p,
		_("let this connection pass before the filter %1$lld of %2$s (%3$s)"),
		(long long)m->priority, m->device, m->side);
	frame.risk_text = _("No other packets meet it.");
	frame.is_exact = kit_client(p) != NULL;
	frame.lasts = FIX_LASTS_UNKNOWN;
	frame.lasts_text = _(
		"Filters of tc are set by scripts or programs: unless it is added there, it is gone after the next boot.");
	run.argv = kit_command(p, "tc filter add", id, rule);
	run.undo = kit_command(p, "tc filter del", id, NULL);
	run.text = fix_words(p, _("Adds the filter %s."), rule);
	run.undo_text = _("Deletes that filter again.");
	if (!run.argv)
		return -ENOENT;
	c = kit_propose(p, &frame);
	if (!c || !kit_run(p, c, false, &run))
		return -ENOMEM;
	kit_effect(
		p, c,
		_("The packets of this connection pass there, and no filter behind it is asked about them; all others are treated as before."));
	return 0;
}

static const char *protocol_name(uint16_t protocol)
{
	return protocol == ETH_P_ALL    ? "protocol all "
	       : protocol == ETH_P_IP   ? "protocol ip "
	       : protocol == ETH_P_IPV6 ? "protocol ipv6 "
					: "";
}

static int delete_filter(struct mending *m)
{
	struct fix_planning *p = m->p;
	const char *words = fix_words(
		p, "dev %s %s %spref %lld handle 0x%llx %s", m->device,
		m->where, protocol_name(m->filter->protocol),
		(long long)m->priority, (unsigned long long)m->handle,
		m->filter->kind);
	const struct kit_frame frame = {
		.id = "filter-delete",
		.summary = fix_words(
			p, _("delete the filter %1$lld of %2$s (%3$s)"),
			(long long)m->priority, m->device, m->side),
		.risk = FIX_RISK_HIGH,
		.risk_text = _(
			"It cannot be taken back from here: what it matched is known to the tool that set it alone. All packets that it dropped pass then."),
		.cost = 3,
		.lasts = FIX_LASTS_UNKNOWN,
		.lasts_text = _("What set it may set it again."),
	};
	const struct kit_run run = {
		.argv = kit_command(p, "tc filter del", words, NULL),
		.text = fix_words(p, _("Deletes the filter %s."), words),
		.undo_text = _("It cannot be taken back from here."),
	};
	struct fix_candidate *c;

	if (!run.argv)
		return -ENOENT;
	c = kit_propose(p, &frame);
	if (!c || !kit_run(p, c, false, &run))
		return -ENOMEM;
	kit_effect(p, c, _("All packets that this filter dropped pass there."));
	return 0;
}

static void find_filter(struct mending *m)
{
	for (const struct tc_filter *f = m->tc.filters; f; f = f->next)
		if (f->device == m->link->index && f->priority == m->priority &&
		    f->handle == (uint32_t)m->handle &&
		    !strcmp(m->side,
			    f->side == TC_INGRESS ? "ingress" : "egress"))
			m->filter = f;
}

static int mend(struct mending *m)
{
	int err, deleted;

	find_filter(m);
	if (!m->filter) {
		fix_remark(m->p,
			   _("The filter to blame is not there any more."));
		return -ENOENT;
	}
	m->where = TC_H_MAJ(m->filter->parent) == TC_H_MAJ(TC_H_CLSACT)
			   ? m->side
			   : fix_words(m->p, "parent %x:%x",
				       m->filter->parent >> 16,
				       m->filter->parent & 0xffff);
	err = put_before(m);
	if (err && err != -ENOENT)
		return err;
	deleted = delete_filter(m);
	return deleted == -ENOENT ? err : deleted;
}

static int propose(struct fix_planning *p, const struct fix_fault *f)
{
	struct mending m = { .p = p };
	struct netlink *n = NULL;
	int err;

	m.device = fix_culprit_text(f->culprit, "device");
	m.side = fix_culprit_text(f->culprit, "attach_type");
	m.priority = fix_culprit_number(f->culprit, "priority", -1);
	m.handle = fix_culprit_number(f->culprit, "handle", -1);
	if (!kit_is_here(p, f) || !kit_is_word(m.device) || !m.side ||
	    m.priority < 0 || !p->may_read || !p->links)
		return -ENOENT;
	for (size_t i = 0; i < p->links->count; i++)
		if (!strcmp(p->links->links[i].name, m.device))
			m.link = &p->links->links[i];
	if (!m.link || netlink_open(&n, NETLINK_ROUTE))
		return -ENOENT;

	err = tc_read(n, &m.tc);
	if (!err)
		err = mend(&m);
	else
		fix_remark(p,
			   _("The filters of %1$s cannot be read here: %2$s."),
			   m.device, strerror(-err));
	tc_done(&m.tc);
	netlink_close(n);
	return err == -ENOMEM || !err ? err : -ENOENT;
}

const struct repair repair_traffic = {
	.id = "traffic",
	.culprits = { CULPRIT_TC_FILTER },
	.causes = { "tc-ingress-drop", "tc-egress-drop" },
	.propose = propose,
};

#include <errno.h>

#include "base/i18n.h"
#include "host/device.h"
#include "host/ipsec.h"
#include "host/links.h"
#include "host/look.h"
#include "host/stopped.h"
#include "host/sysctl.h"

/*
 * The policies of IPsec: whether one blocks this client, or demands of it what
 * it cannot have, and the kernel's counts of just that.
 */
struct ipsec_look {
	struct ipsec_counts counts;
	struct ipsec_answer said[IPSEC_DIRECTIONS];
};

static int before(struct looking *l)
{
	struct ipsec_look *i = l->state;

	return ipsec_count(&i->counts);
}

static void ask(const struct look_question *q, enum ipsec_direction direction,
		struct ipsec_question *ret)
{
	bool is_in = direction == IPSEC_IN;

	*ret = (struct ipsec_question){
		.source = is_in ? q->client : q->server,
		.destination = is_in ? q->server : q->client,
		.source_port = is_in ? q->client_port : q->port,
		.destination_port = is_in ? q->port : q->client_port,
		.device = is_in ? q->device : 0,
		.protocol = q->protocol,
		.direction = direction,
	};
}

static bool is_set(const struct looking *l, const char *device)
{
	bool is_v4 = address_is_v4(&l->question->client);
	struct text t = TEXT_NULL;
	int64_t value = 0;

	text_format(&t, "net/%s/conf/%s/disable_policy",
		    is_v4 ? "ipv4" : "ipv6", device);
	(void)sysctl_number(text_string(&t), &value);
	text_done(&t);
	return value != 0;
}

/* A setting of the device that what comes in meets no policy. */
static bool is_exempt(const struct looking *l)
{
	const struct links_link *link =
		links_by_index(l->links, devices_asked(l->links, l->question));

	return is_set(l, "all") || !link || is_set(l, link->name);
}

static int judge(struct looking *l)
{
	struct ipsec_look *i = l->state;
	struct ipsec_question q;
	int error;

	ask(l->question, IPSEC_IN, &q);
	error = ipsec_judge(&q, &i->said[IPSEC_IN]);
	if (!error) {
		ask(l->question, IPSEC_OUT, &q);
		error = ipsec_judge(&q, &i->said[IPSEC_OUT]);
	}
	if (i->said[IPSEC_IN].says != IPSEC_PASSES && is_exempt(l))
		i->said[IPSEC_IN].says = IPSEC_MAY;
	return error;
}

static const struct culprit *culprit_of(const struct looking *l,
					const struct ipsec_answer *a)
{
	struct culprit *c = culprit_new(l->facts->arena, CULPRIT_XFRM_POLICY,
					VANTAGE_SERVER, "%s", a->text);

	if (a->has_policy) {
		culprit_number(c, "priority", a->priority);
		culprit_number(c, "id", a->index);
	}
	return c;
}

/* FACT_NONE: it stops nothing for sure. */
static enum fact_kind kind_of(enum ipsec_direction direction,
			      const struct ipsec_answer *a)
{
	if (a->says == IPSEC_DEMANDS)
		return FACT_XFRM_STATE_MISSING;
	if (a->says != IPSEC_BLOCKS)
		return FACT_NONE;

	return direction == IPSEC_IN ? FACT_XFRM_BLOCKS
				     : FACT_XFRM_BLOCKS_REPLY;
}

static void tell(struct looking *l, enum ipsec_direction direction)
{
	const struct ipsec_look *i = l->state;
	const struct ipsec_answer *a = &i->said[direction];
	enum fact_kind kind = kind_of(direction, a);

	if (!kind)
		return;

	look_tell(l, kind, culprit_of(l, a), NULL);
	look_step(
		l, STEP_FAIL,
		a->says == IPSEC_DEMANDS
			? _("an IPsec policy demands a security association that is not there: %s")
			: _("an IPsec policy blocks: %s"),
		a->text);
}

static bool is_quiet(const struct ipsec_look *i)
{
	return i->said[IPSEC_IN].says == IPSEC_PASSES &&
	       i->said[IPSEC_OUT].says == IPSEC_PASSES;
}

static int client(struct looking *l)
{
	const struct ipsec_look *i = l->state;
	int error;

	if (!l->question->has_client || !l->question->has_server)
		return 0;

	error = judge(l);
	if (error)
		return error;

	tell(l, IPSEC_IN);
	tell(l, IPSEC_OUT);
	if (!is_quiet(i))
		return 0;
	look_tell(l, FACT_XFRM_PASSES, NULL, NULL);
	look_step(l, STEP_PASS, _("no IPsec policy is about this client"));
	return 0;
}

/* Where nothing was thrown away for that reason although the packets came so
 * far, it was not so. */
static void settle(struct looking *l, enum fact_kind found,
		   enum fact_kind counted, uint64_t grown)
{
	const struct fact *f = facts_get(l->facts, found);

	if (!f)
		return;
	if (look_is_this(l, grown))
		look_tell(l, counted, f->culprit, NULL);
	else if (!grown && !stopped_before_socket(l->facts))
		facts_forget(l->facts, found);
}

static int after(struct looking *l)
{
	const struct ipsec_look *i = l->state;
	const struct ipsec_counts *was = &i->counts;
	struct ipsec_counts now;
	int error;

	if (!l->question->has_client || !l->question->has_server)
		return 0;

	error = ipsec_count(&now);
	if (error || !now.is_counted)
		return error;

	settle(l, FACT_XFRM_BLOCKS, FACT_XFRM_BLOCK_COUNTED,
	       now.blocked[IPSEC_IN] - was->blocked[IPSEC_IN]);
	settle(l, FACT_XFRM_BLOCKS_REPLY, FACT_XFRM_BLOCK_COUNTED,
	       now.blocked[IPSEC_OUT] - was->blocked[IPSEC_OUT]);
	settle(l, FACT_XFRM_STATE_MISSING, FACT_XFRM_MISMATCH_COUNTED,
	       now.mismatched - was->mismatched);
	/* Whatever the policies say: nothing at all was thrown away. */
	if (now.blocked[IPSEC_IN] == was->blocked[IPSEC_IN] &&
	    now.blocked[IPSEC_OUT] == was->blocked[IPSEC_OUT] &&
	    now.mismatched == was->mismatched && now.others == was->others &&
	    !facts_get(l->facts, FACT_XFRM_BLOCKS) &&
	    !facts_get(l->facts, FACT_XFRM_BLOCKS_REPLY) &&
	    !facts_get(l->facts, FACT_XFRM_STATE_MISSING))
		look_tell(l, FACT_XFRM_PASSES, NULL, NULL);
	return 0;
}

const struct look look_ipsec = {
	.id = "ipsec",
	.title = N_("IPsec policies"),
	.needs = "CAP_NET_ADMIN",
	.state_size = sizeof(struct ipsec_look),
	.before = before,
	.client = client,
	.after = after,
};

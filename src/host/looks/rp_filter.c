#include <errno.h>
#include <sys/socket.h>

#include "base/i18n.h"
#include "base/text.h"
#include "host/counters.h"
#include "host/sysctl.h"
#include "host/way.h"

/*
 * Whether the kernel takes packets of that client from that device: not with an
 * address of its own as their source, and with rp_filter not from where it would
 * not answer to (fib_validate_source() of net/ipv4/fib_frontend.c; RFC 3704).
 */
static void tell_source(struct looking *l, bool is_unsure)
{
	const struct links_address *own =
		links_own(l->links, &l->question->client);
	const struct links_link *link =
		own ? links_by_index(l->links, own->index) : NULL;
	const char *name = link ? link->name : "?";
	const char *client = way_words(l, &l->question->client);
	struct culprit *k =
		culprit_new(l->record->arena, CULPRIT_LINK, VANTAGE_SERVER,
			    "%s: %s/%u", name, client, own ? own->prefix : 0U);

	culprit_text(k, l->record->arena, "device", name);
	look_tell(
		l, FACT_SOURCE_OWN, k,
		_("%1$s, the client's address, is also an address of the server's own %2$s."),
		client, name);
	look_step(l, STEP_FAIL, _("%1$s is also an address of %2$s"), client,
		  name);
	/* There is no counter of it. */
	if (l->question->packets && !is_unsure)
		look_tell(l, FACT_KERNEL_REFUSES, NULL, NULL);
}

static const char *back_by(const struct looking *l)
{
	struct way_back back;

	if (way_back(l, &back) || !back.device)
		return NULL;

	return back.device->name;
}

static void tell_drop(struct looking *l, const struct way_in *w)
{
	const char *client = way_words(l, &l->question->client);
	const char *other = back_by(l);
	struct text name = TEXT_NULL;
	struct culprit *k;

	text_format(&name, "net.ipv4.conf.%s.rp_filter", w->reverse_path_of);
	k = way_sysctl_culprit(l, text_string(&name), w->reverse_path);
	culprit_text(k, l->record->arena, "device", w->device->name);
	if (other)
		look_tell(
			l, FACT_RP_FILTER_DROPS, k,
			_("%1$s is %2$d, and the route back to %3$s is by %4$s, not by %5$s."),
			text_string(&name), w->reverse_path, client, other,
			w->device->name);
	else
		look_tell(l, FACT_RP_FILTER_DROPS, k,
			  _("%1$s is %2$d, and no route leads back to %3$s."),
			  text_string(&name), w->reverse_path, client);
	look_step(l, STEP_FAIL, _("%1$s = %2$d drops what %3$s sends by %4$s"),
		  text_string(&name), w->reverse_path, client, w->device->name);
	text_done(&name);
}

/* A mark counts in the lookup only with src_valid_mark. */
static bool is_unsure(const struct way_in *w)
{
	const char *of;
	int64_t value = 0;

	return w->is_unsure && (way_setting(AF_INET, w->device->name,
					    "src_valid_mark", &value, &of) ||
				value);
}

static void tell_pass(struct looking *l, const struct way_in *w)
{
	look_tell(l, FACT_RP_FILTER_PASSES, NULL, NULL);
	if (w->reverse_path)
		look_step(l, STEP_PASS,
			  _("rp_filter = %1$d lets it in by %2$s"),
			  w->reverse_path, w->device->name);
	else
		look_step(l, STEP_PASS, _("off on %s"), w->device->name);
}

static int look(struct looking *l, bool is_counted)
{
	struct way_in w;
	int err;

	if (!l->question->has_server)
		return 0;
	err = way_in(l, &w);
	if (err)
		return err == -ENODEV ? 0 : err;
	if (links_is_loopback(w.device))
		return 0;

	if (w.end == WAY_SOURCE_OWN) {
		tell_source(l, w.is_unsure ||
				       !address_is_v4(&l->question->server));
		return 0;
	}
	if (!links_own(l->links, &l->question->client))
		look_tell(l, FACT_SOURCE_FOREIGN, NULL, NULL);
	if (!address_is_v4(&l->question->server))
		return 0;
	if (w.end == WAY_REVERSE_PATH && (is_counted || !is_unsure(&w)))
		tell_drop(l, &w);
	/* Before a packet came, the device is only that of the way back. */
	if (w.end == WAY_LOCAL && (!w.reverse_path || !is_unsure(&w)) &&
	    (l->question->packets || l->seen))
		tell_pass(l, &w);

	return 0;
}

static int client(struct looking *l)
{
	return look(l, false);
}

static int after(struct looking *l)
{
	struct way_counted *s = l->state;
	struct counters_taken now;
	uint64_t grown;
	int err;

	if (!s->has_before || !address_is_v4(&l->question->server))
		return 0;
	/* Only what is IP is counted: not who asks for the address. */
	if (fact_has(l->seen, FACT_ARP_SILENCE))
		return look(l, false);
	err = counters_read(&now);
	if (err)
		return err;

	grown = counters_grown(&s->before, &now, COUNTER_REVERSE_PATH);
	if (!grown) {
		/* Whatever was foretold: it did not happen. */
		look_tell(
			l, FACT_RP_FILTER_PASSES, NULL,
			_("The counter %s did not move when the packets came."),
			counters_name(COUNTER_REVERSE_PATH));
		return 0;
	}
	if (grown < l->question->packets)
		return 0;

	err = look(l, true);
	if (fact_has(&l->facts->set, FACT_RP_FILTER_DROPS) &&
	    look_is_this(l, grown))
		look_tell(
			l, FACT_RP_FILTER_COUNTED, NULL,
			_("The counter %1$s grew by %2$llu when the packets came."),
			counters_name(COUNTER_REVERSE_PATH),
			(unsigned long long)grown);
	return err;
}

const struct look look_rp_filter = {
	.id = "rp-filter",
	.title = N_("the source of the client's packets"),
	.state_size = sizeof(struct way_counted),
	.before = way_count,
	.client = client,
	.after = after,
};

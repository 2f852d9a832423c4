#include "cli/drop_words.h"

#include <errno.h>
#include <string.h>

#include "base/i18n.h"

static bool is_same(const struct drop_event *a, const struct drop_event *b)
{
	return a->what == b->what && a->hook == b->hook &&
	       a->icmp_type == b->icmp_type && a->icmp_code == b->icmp_code &&
	       text_same(a->reason, b->reason) && text_same(a->place, b->place);
}

/* The first of its like is told, with the number of all of them. */
static bool is_first(const struct drops_list *l, const struct drops_flow *who,
		     size_t at, uint64_t *ret_count)
{
	*ret_count = 0;
	for (size_t i = 0; i < l->count; i++) {
		const struct drop_event *e = &l->events[i];

		if (!is_same(e, &l->events[at]) || !drops_is_of(e, who))
			continue;
		if (i < at)
			return false;
		*ret_count += e->count ? e->count : 1;
	}

	return true;
}

static void put_place(struct text *out, const struct drop_event *e)
{
	const char *reason = e->reason && *e->reason ? e->reason : "?";

	if (e->place && *e->place)
		text_format(out, _("%1$s in %2$s"), reason, e->place);
	else
		text_str(out, reason);
	if (e->hook)
		text_format(out, _(", at %s"), drop_hook_name(e->hook));
}

static void put_drop(struct text *out, const struct drop_event *e,
		     uint64_t count)
{
	struct text place = TEXT_NULL;

	put_place(&place, e);
	text_format(out,
		    ngettext("the kernel dropped %1$llu packet: %2$s",
			     "the kernel dropped %1$llu packets: %2$s", count),
		    (unsigned long long)count, text_string(&place));
	text_done(&place);
}

static void put_event(struct text *out, const struct drop_event *e,
		      uint64_t count)
{
	if (out->len)
		text_str(out, "; ");
	if (e->what == DROP_PACKET)
		put_drop(out, e, count);
	else if (e->what == DROP_RESET)
		text_format(out, _("the kernel's own TCP sent a RST: %s"),
			    e->reason && *e->reason ? e->reason : "?");
	else if (e->what == DROP_ICMP)
		text_format(
			out,
			_("the kernel sent an ICMP error: type %1$u, code %2$u"),
			e->icmp_type, e->icmp_code);
	else if (e->what == DROP_SYNACK_AGAIN)
		text_str(out, _("the kernel sent the SYN-ACK again"));
	else
		text_str(out, _("the next hop did not answer"));
}

static bool is_worth_telling(const struct drop_event *e)
{
	static const bool told[DROP_WHATS] = {
		[DROP_PACKET] = true,       [DROP_RESET] = true,
		[DROP_SYNACK_AGAIN] = true, [DROP_ICMP] = true,
		[DROP_NEIGHBOUR] = true,
	};

	return told[e->what];
}

bool drop_words(struct text *out, const struct drops_list *l,
		const struct drops_flow *who)
{
	bool is_dropped = false;
	uint64_t count;

	for (size_t i = 0; i < l->count; i++) {
		const struct drop_event *e = &l->events[i];

		if (!is_worth_telling(e) || !drops_is_of(e, who) ||
		    !is_first(l, who, i, &count))
			continue;
		put_event(out, e, count);
		is_dropped = is_dropped || e->what == DROP_PACKET;
	}
	if (!out->len)
		text_str(out, _("the kernel reports no drop of these packets"));
	if (l->lost)
		text_format(out,
			    ngettext(" (%llu report was lost)",
				     " (%llu reports were lost)", l->lost),
			    (unsigned long long)l->lost);
	return is_dropped;
}

const char *drop_words_reason(int err)
{
	if (err == -EPERM || err == -EACCES)
		return _(
			"What the kernel reports of dropped packets takes CAP_BPF and CAP_PERFMON.");
	if (err == -EOPNOTSUPP)
		return _(
			"This kernel cannot be asked what it drops: it takes BPF on tracepoints, with its types (BTF).");
	if (err == -ETIMEDOUT)
		return _(
			"It took too long until the kernel's reports could be read.");

	return strerror(-err);
}

const char *drop_words_missing(struct text *out, const struct drops_list *l)
{
	struct text names = TEXT_NULL;

	for (size_t i = 0; i <= DROP_WHATS && l->missing[i]; i++) {
		if (names.len)
			text_str(&names, ", ");
		text_str(&names, l->missing[i]);
	}
	text_clear(out);
	if (names.len)
		text_format(out, _("This kernel does not report: %s."),
			    text_string(&names));
	text_done(&names);
	return out->len ? text_string(out) : NULL;
}

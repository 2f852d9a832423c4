/*
 * An entry for a neighbour that somebody wrote by hand, and that is wrong: it is
 * deleted, and the kernel asks again.
 */
#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "diag/cause.h"
#include "fix/kit.h"
#include "fix/network_files.h"

/* "10.0.0.1 dev eth0 02:00:00:00:00:01 PERMANENT": the address, and the
 * station's. */
struct entry {
	const char *address, *device, *mac;
	bool is_permanent;
};

static bool is_mac(const char *s, size_t len)
{
	return len == 17 && s[2] == ':' && s[5] == ':' &&
	       strspn(s, "0123456789abcdef:") >= len;
}

static bool read_entry(struct fix_planning *p, const struct fix_fault *f,
		       struct entry *ret)
{
	const char *s = f->culprit->text;
	struct address a;
	size_t len = strcspn(s, " ");

	*ret = (struct entry){ .device =
				       fix_culprit_text(f->culprit, "device") };
	if (!address_parse(&a, s, len) || !kit_is_word(ret->device))
		return false;

	ret->address = kit_address(p, &a);
	while (*(s += strspn(s, " "))) {
		len = strcspn(s, " ");
		if (is_mac(s, len))
			ret->mac = arena_copy(p->plan->arena, s, len);
		if (len == 9 && !strncmp(s, "PERMANENT", 9))
			ret->is_permanent = true;
		s += len;
	}
	return true;
}

static int propose(struct fix_planning *p, const struct fix_fault *f)
{
	struct kit_frame frame = { .id = "neighbour-delete",
				   .risk = FIX_RISK_LOW,
				   .is_unknown = true };
	struct kit_run run = { 0 };
	struct fix_candidate *c;
	struct entry e;

	/* Of frames for another station it is the sender's table. */
	if (!kit_is_here(p, f) || f->found == FACT_FRAME_NOT_OURS ||
	    !read_entry(p, f, &e) || !e.is_permanent || !e.mac)
		return -ENOENT;
	frame.summary =
		fix_words(p, _("forget the station %1$s of %2$s on %3$s"),
			  e.mac, e.address, e.device);
	frame.risk_text = _(
		"The kernel asks on the link who has the address, as it does for all others.");
	run.argv = fix_argv(p, "ip", "neigh", "del", e.address, "dev", e.device,
			    (char *)NULL);
	run.undo = fix_argv(p, "ip", "neigh", "replace", e.address, "lladdr",
			    e.mac, "dev", e.device, "nud", "permanent",
			    (char *)NULL);
	run.text = fix_words(p, _("Deletes the entry of %s."), e.address);
	run.undo_text = _("Writes that entry again.");
	c = kit_propose(p, &frame);
	if (!c || !kit_run(p, c, false, &run))
		return -ENOMEM;
	kit_effect(
		p, c,
		_("Packets to %1$s go to the station that answers for it on %2$s."),
		e.address, e.device);
	return network_files_drop(p, c, "neigh", e.address);
}

const struct repair repair_neighbour = {
	.id = "neighbour",
	.culprits = { CULPRIT_NEIGHBOUR },
	.propose = propose,
};

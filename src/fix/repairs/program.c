/*
 * BPF programs that drop: detached, and kept so that they can be attached again;
 * or, where systemd made it of IPAddressDeny=, the address is allowed in the
 * unit.
 */
#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "diag/cause.h"
#include "fix/kit.h"
#include "fix/unit_of.h"

struct mending {
	struct fix_planning *p;
	const char *device, *mode, *cgroup, *name;
	int64_t id;
};

/* A program that nothing holds any more is gone: so it is pinned before. */
static const char *pin(struct mending *m, struct fix_candidate *c)
{
	struct fix_planning *p = m->p;
	const char *path =
		fix_words(p, "/sys/fs/bpf/kiriwake-%lld", (long long)m->id);
	const struct kit_run run = {
		.argv = fix_argv(p, "bpftool", "prog", "pin", "id",
				 fix_words(p, "%lld", (long long)m->id), path,
				 (char *)NULL),
		.undo = fix_argv(p, "rm", "-f", path, (char *)NULL),
		.text = fix_words(
			p,
			_("Keeps the program %lld, so that it can be attached again."),
			(long long)m->id),
		.undo_text = _("Keeps it no longer."),
	};

	return kit_run(p, c, false, &run) ? path : NULL;
}

static struct kit_frame detach_frame(struct mending *m, bool has_undo,
				     const char *from)
{
	struct fix_planning *p = m->p;

	return (struct kit_frame){
		.id = "program-detach",
		.summary = fix_words(
			p, _("detach the BPF program %1$lld from %2$s"),
			(long long)m->id, from),
		.risk = has_undo ? FIX_RISK_SOME : FIX_RISK_HIGH,
		.risk_text =
			has_undo
				? _("All that it dropped, or did otherwise, passes then: its own list is the better place to change.")
				: _("It cannot be taken back from here (bpftool is not there). All that it dropped, or did otherwise, passes then."),
		.cost = 3,
		.lasts = FIX_LASTS_UNKNOWN,
		.lasts_text = _("What attached it may attach it again."),
	};
}

static int detach_xdp(struct mending *m)
{
	struct fix_planning *p = m->p;
	bool has_undo = kit_has_tool(p, "bpftool");
	struct kit_frame frame = detach_frame(m, has_undo, m->device);
	struct fix_candidate *c = kit_propose(p, &frame);
	const char *path = c && has_undo ? pin(m, c) : NULL;
	struct kit_run run = {
		.argv = fix_argv(p, "ip", "link", "set", "dev", m->device,
				 m->mode, "off", (char *)NULL),
		.text = fix_words(p, _("Detaches the program from %s."),
				  m->device),
		.undo_text = _("It cannot be taken back from here."),
	};

	if (!c || (has_undo && !path))
		return -ENOMEM;
	if (path) {
		run.undo = fix_argv(
			p, "bpftool", "net", "attach",
			!strcmp(m->mode, "xdp") ? "xdpdrv" : m->mode, "pinned",
			path, "dev", m->device, (char *)NULL);
		run.undo_text = _("Attaches it again.");
	}
	if (!kit_run(p, c, false, &run))
		return -ENOMEM;
	kit_effect(
		p, c,
		_("No packet that comes in by %s is dropped there any more."),
		m->device);
	return 0;
}

/* "…/system.slice/ssh.service" */
static const char *unit_of_cgroup(struct mending *m)
{
	const char *slash = m->cgroup ? strrchr(m->cgroup, '/') : NULL;
	const char *unit = slash ? slash + 1 : NULL;

	if (!unit || !kit_is_word(unit) ||
	    !(strstr(unit, ".service") || strstr(unit, ".slice") ||
	      strstr(unit, ".socket")))
		return NULL;
	return unit;
}

static bool is_of_systemd(const struct mending *m)
{
	return m->name && !strncmp(m->name, "sd_fw_", 6);
}

/* IPAddressAllow= is asked before IPAddressDeny=, and a drop-in adds to it. */
static int allow_in_unit(struct mending *m, const char *unit, const char *who)
{
	struct fix_planning *p = m->p;
	const char *section = strstr(unit, ".slice")    ? "Slice"
			      : strstr(unit, ".socket") ? "Socket"
							: "Service";
	const struct kit_frame frame = {
		.id = "unit-allow",
		.summary = fix_words(p, _("allow %1$s in a drop-in of %2$s"),
				     who, unit),
		.risk = FIX_RISK_LOW,
		.risk_text = _(
			"The unit takes and reaches this address, on all its ports, and no other one more."),
		.lasts = FIX_LASTS_YES,
		.lasts_text = _("It is the unit's own configuration."),
	};
	struct kit_file file = {
		.path = fix_words(
			p, "/etc/systemd/system/%s.d/90-kiriwake.conf", unit),
		.after =
			fix_words(p, "[%s]\nIPAddressAllow=%s\n", section, who),
	};
	const char *const *reload =
		fix_argv(p, "systemctl", "daemon-reload", (char *)NULL);
	const struct kit_run run = {
		.argv = reload,
		.undo = reload,
		.text = _("Has systemd read its units again."),
		.undo_text = _("The same again, once the file is as before."),
	};
	struct unit_of u = unit_of_name(p, unit);
	struct fix_candidate *c;

	if (!kit_read(p, file.path, &file.before)) {
		file.after = kit_inserted(
			p, file.before, kit_line_count(file.before) + 1,
			fix_words(p, "[%s]\nIPAddressAllow=%s", section, who));
	} else {
		file.before = NULL;
	}
	c = kit_propose(p, &frame);
	if (!c || !kit_file(p, c, false, &file) || !kit_run(p, c, false, &run))
		return -ENOMEM;
	kit_effect(p, c, "%s", frame.risk_text);
	return unit_of_restart(p, c, &u, false);
}

/* Where the group is mounted. */
static const char *path_of_cgroup(struct mending *m)
{
	static const char *const mounts[] = { "", "/sys/fs/cgroup",
					      "/sys/fs/cgroup/unified" };

	for (size_t i = 0; m->cgroup && i < 3; i++) {
		const char *path =
			fix_words(m->p, "%s%s", mounts[i], m->cgroup);

		if (kit_has_file(m->p,
				 fix_words(m->p, "%s/cgroup.procs", path)))
			return path;
	}

	return m->cgroup ? fix_words(m->p, "%s%s", mounts[1], m->cgroup) : NULL;
}

static int detach_cgroup(struct mending *m)
{
	struct fix_planning *p = m->p;
	const char *cgroup = path_of_cgroup(m);
	struct kit_frame frame = detach_frame(m, true, m->cgroup);
	struct fix_candidate *c;
	struct kit_run run = { 0 };
	const char *path;

	if (!kit_has_tool(p, "bpftool") || !kit_is_word(m->mode) ||
	    !kit_is_word(cgroup))
		return -ENOENT;
	c = kit_propose(p, &frame);
	path = c ? pin(m, c) : NULL;
	if (!path)
		return -ENOMEM;
	run.argv = fix_argv(p, "bpftool", "cgroup", "detach", cgroup, m->mode,
			    "pinned", path, (char *)NULL);
	run.undo = fix_argv(p, "bpftool", "cgroup", "attach", cgroup, m->mode,
			    "pinned", path, "multi", (char *)NULL);
	run.text = fix_words(p, _("Detaches the program from %s."), m->cgroup);
	run.undo_text = _("Attaches it again.");
	if (!kit_run(p, c, false, &run))
		return -ENOMEM;
	kit_effect(
		p, c,
		_("Nothing of that group of processes is dropped there any more."));
	return 0;
}

static int propose(struct fix_planning *p, const struct fix_fault *f)
{
	struct mending m = { .p = p };
	const char *unit, *who;

	m.device = fix_culprit_text(f->culprit, "device");
	m.mode = fix_culprit_text(f->culprit, "attach_type");
	m.cgroup = fix_culprit_text(f->culprit, "cgroup");
	m.name = fix_culprit_text(f->culprit, "name");
	m.id = fix_culprit_number(f->culprit, "id", 0);
	if (!kit_is_here(p, f))
		return -ENOENT;
	if (!strcmp(f->cause->id, "xdp-drop"))
		return kit_is_word(m.device) && kit_is_word(m.mode) && m.id
			       ? detach_xdp(&m)
			       : -ENOENT;

	unit = unit_of_cgroup(&m);
	who = p->record->vantage == VANTAGE_CLIENT
		      ? kit_address(p, &p->plan->ask.server)
		      : kit_client(p);
	if (unit && who && is_of_systemd(&m))
		return allow_in_unit(&m, unit, who);

	return m.id ? detach_cgroup(&m) : -ENOENT;
}

const struct repair repair_program = {
	.id = "program",
	.culprits = { CULPRIT_BPF_PROGRAM },
	.propose = propose,
};

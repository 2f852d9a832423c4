/*
 * A service whose unit gives it a network of its own, where no client gets: a
 * drop-in of the unit takes that back, or the administrator's own drop-in is
 * edited where it says so.
 */
#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "fix/conf_files.h"
#include "fix/daemon_conf.h"
#include "fix/kit.h"
#include "fix/unit_of.h"

static const char own_name[] = "90-kiriwake.conf";
static const char own_words[] = "[Service]\nPrivateNetwork=no\n";

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A drop-in that says so too. True: its line is found. */
static bool says_so(struct fix_planning *p, const char *path,
		    struct kit_file *file, struct conf_place *at)
{
	static const char *const words[] = { "yes", "true", "on", "1" };

	*file = (struct kit_file){ .path = path };
	if (kit_read(p, path, &file->before))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (daemon_conf_find(file->before, "PrivateNetwork", words[i],
				     at))
			return true;

	return false;
}

/* The unit's drop-ins count in the order of their names, wherever they are: one
 * of the administrator's is edited; behind another's ours would have no effect.
 * 0, -ENOENT or -ENOMEM. */
static int choose_file(struct fix_planning *p, const char *unit,
		       struct kit_file *ret)
{
	struct conf_files files;
	struct conf_place at;
	int err = conf_files_list(
		p, 0,
		fix_words(p,
			  "/etc/systemd/system/%1$s.d/*.conf "
			  "/run/systemd/system/%1$s.d/*.conf "
			  "/usr/lib/systemd/system/%1$s.d/*.conf "
			  "/lib/systemd/system/%1$s.d/*.conf",
			  unit),
		&files);

	for (size_t i = 0; !err && i < files.count; i++) {
		if (!says_so(p, files.paths[i], ret, &at))
			continue;
		if (!strncmp(files.paths[i], "/etc/", 5)) {
			ret->after = kit_replaced(p, ret->before, at.line,
						  "PrivateNetwork=no");
			return ret->after ? 0 : -ENOMEM;
		}
		if (strcmp(base_of(files.paths[i]), own_name) > 0)
			return -ENOENT;
	}
	*ret = (struct kit_file){
		.path = fix_words(p, "/etc/systemd/system/%s.d/%s", unit,
				  own_name),
		.after = own_words,
	};
	if (!err && !kit_read(p, ret->path, &ret->before))
		return -ENOENT;
	ret->before = NULL;
	return err;
}

static int put_it_back(struct fix_planning *p, const struct unit_of *u,
		       const struct kit_file *file)
{
	const struct kit_frame frame = {
		.id = "unit-network",
		.summary = fix_words(
			p, _("let %1$s use this host's network, by %2$s"),
			u->name, file->path),
		.why = fix_words(
			p,
			_("%s has PrivateNetwork=yes: no client gets there."),
			u->name),
		.risk = FIX_RISK_SOME,
		.risk_text = _(
			"Somebody shut it in on purpose, perhaps: it then reaches the network as well, and everyone who gets to this host reaches what it listens on."),
		.cost = 2,
		.lasts = FIX_LASTS_YES,
		.lasts_text = _("It is the unit's own configuration."),
	};
	struct fix_candidate *c = kit_propose(p, &frame);
	int err;

	if (!c || !kit_file(p, c, false, file))
		return -ENOMEM;
	kit_effect(
		p, c,
		_("%s then listens in this host's network, at the addresses that it is told."),
		u->name);
	kit_effect(
		p, c,
		_("Not this client alone is let in: a listening socket takes everyone."));
	err = unit_of_reload(p, c);
	return err ? err : unit_of_restart(p, c, u, false);
}

static int propose(struct fix_planning *p, const struct fix_fault *f)
{
	const char *unit = fix_culprit_text(f->culprit, "unit");
	struct kit_file file;
	struct unit_of u;
	int err;

	/* Without it, it is a container, or somebody's own namespace. */
	if (!unit || !kit_is_here(p, f) || !kit_is_word(unit))
		return -ENOENT;
	u = unit_of_name(p, unit);
	if (!u.name)
		return -ENOENT;
	err = choose_file(p, unit, &file);
	if (err == -ENOENT)
		fix_remark(
			p,
			_("%1$s says something else about %2$s already: take PrivateNetwork=yes out of it, and start the service anew."),
			file.path, unit);
	return err ? err : put_it_back(p, &u, &file);
}

const struct repair repair_unit_network = {
	.id = "unit-network",
	.causes = { "listener-other-netns" },
	.propose = propose,
};

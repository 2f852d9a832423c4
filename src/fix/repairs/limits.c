/*
 * How many may be in the middle of logging in at sshd: its line, or a new one
 * above all others, because sshd takes the first value that it meets.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "diag/cause.h"
#include "fix/conf_files.h"
#include "fix/daemon_conf.h"
#include "fix/kit.h"
#include "fix/unit_of.h"

static const char key[] = "maxstartups";
static const char more[] = "MaxStartups 100:30:300";

struct spot {
	const char *path, *content;
	uint64_t line; /* 0: none says it */
	const char *words;
};

static bool begins(const char *line)
{
	size_t n = sizeof(key) - 1;

	line += strspn(line, " \t");
	return !strncasecmp(line, key, n) && strchr(" \t=", line[n]);
}

static uint64_t find_line(struct fix_planning *p, const char *content,
			  const char **ret)
{
	const char *line;

	for (uint64_t n = 1; (line = kit_line(p, content, n)); n++) {
		if (begins(line)) {
			*ret = line;
			return n;
		}
	}

	return 0;
}

/* "MaxStartups 10:30:100" with each count doubled, the share kept. */
static const char *doubled(struct fix_planning *p, const char *line)
{
	const char *s = line + strspn(line, " \t");
	unsigned long begin, share = 30, full;
	char *end;

	s += sizeof(key) - 1;
	s += strspn(s, " \t=");
	begin = strtoul(s, &end, 10);
	full = begin * 10;
	if (end == s || begin > 1000000)
		return NULL;
	if (*end == ':')
		share = strtoul(end + 1, &end, 10);
	if (*end == ':')
		full = strtoul(end + 1, &end, 10);
	return fix_words(p, "MaxStartups %lu:%lu:%lu", begin * 2, share,
			 full * 2);
}

static bool find(struct fix_planning *p, int pid, struct spot *ret)
{
	const struct daemon_conf *conf = daemon_conf_of("sshd");
	struct conf_files files;

	if (conf_files_list(p, pid, conf->paths, &files))
		return false;
	for (size_t i = 0; i < files.count; i++) {
		struct spot at = { .path = files.paths[i] };

		if (kit_read(p, at.path, &at.content))
			continue;
		at.line = find_line(p, at.content, &at.words);
		if (at.line || !ret->path)
			*ret = at;
		if (at.line)
			break;
	}

	return ret->path != NULL;
}

static int propose(struct fix_planning *p, const struct fix_fault *f)
{
	struct spot at = { 0 };
	struct kit_frame frame = {
		.id = "sshd-limit",
		.risk = FIX_RISK_SOME,
		.risk_text = _(
			"More of those that try passwords get in the way as well: keep them out by the packet filter, too."),
		.is_unknown = true,
		.lasts = FIX_LASTS_YES,
		.lasts_text = _("It is the service's own configuration."),
	};
	struct kit_file file = { 0 };
	struct unit_of u;
	struct fix_candidate *c;
	const char *words;

	/* Which file it was told, its command line says. */
	if (!kit_is_here(p, f) ||
	    !find(p, (int)fix_culprit_number(f->culprit, "pid", 0), &at))
		return -ENOENT;
	words = at.line ? doubled(p, at.words) : more;
	if (!words)
		return -ENOENT;

	file.path = at.path;
	file.before = at.content;
	file.after = at.line ? kit_replaced(p, at.content, at.line, words)
			     : kit_inserted(p, at.content, 1, words);
	frame.summary = fix_words(
		p, _("let more clients log in at a time: %1$s in %2$s"), words,
		at.path);
	c = kit_propose(p, &frame);
	if (!c || !kit_file(p, c, false, &file))
		return -ENOMEM;
	kit_effect(
		p, c,
		_("sshd then takes more connections that have not logged in yet; all clients, not this one alone."));
	u = unit_of_name(p, kit_has_file(p, "/lib/systemd/system/ssh.service")
				    ? "ssh.service"
				    : "sshd.service");
	return unit_of_restart(p, c, &u, true);
}

const struct repair repair_limits = {
	.id = "limits",
	.causes = { "sshd-maxstartups" },
	.propose = propose,
};

#include "fix/unit_of.h"

#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "fix/kit.h"

static bool ends_in(const char *s, const char *end)
{
	size_t len = strlen(s), n = strlen(end);

	return len > n && !strcmp(s + len - n, end);
}

/* The last unit in the process' control group: "0::/system.slice/ssh.service" */
static const char *unit_in(struct fix_planning *p, const char *groups)
{
	const char *found = NULL;

	while (*groups) {
		size_t len = strcspn(groups, "/\n");
		char *word = arena_copy(p->plan->arena, groups, len);

		if (word && kit_is_word(word) && ends_in(word, ".service") &&
		    strncmp(word, "user@", 5) != 0)
			found = word;
		groups += len;
		groups += *groups != 0;
	}

	return found;
}

/* Of Debian's and others: the script is called as the program, or without its
 * "d". */
static const char *script_of(struct fix_planning *p, const char *program)
{
	size_t len = program ? strlen(program) : 0;
	const char *names[] = { program, NULL };

	if (!program || !kit_is_word(program) || strchr(program, '/'))
		return NULL;
	if (len > 1 && program[len - 1] == 'd')
		names[1] = arena_copy(p->plan->arena, program, len - 1);
	for (size_t i = 0; i < 2 && names[i]; i++) {
		const char *path = fix_words(p, "/etc/init.d/%s", names[i]);

		if (kit_has_file(p, path))
			return path;
	}

	return NULL;
}

struct unit_of unit_of_process(struct fix_planning *p, int pid,
			       const char *program)
{
	struct unit_of u = { .program = program, .pid = pid };
	const char *groups;

	if (pid > 1 &&
	    !kit_read(p, fix_words(p, "/proc/%d/cgroup", pid), &groups))
		u.name = unit_in(p, groups);
	if (!kit_has_systemd(p)) {
		u.name = NULL;
		u.script = script_of(p, program);
	}
	return u;
}

struct unit_of unit_of_name(struct fix_planning *p, const char *name)
{
	struct unit_of u = { .name = kit_is_word(name) ? name : NULL };
	size_t len = u.name ? strcspn(u.name, ".@") : 0;

	if (u.name && p->may_read && !kit_has_systemd(p)) {
		u.program = arena_copy(p->plan->arena, name, len);
		u.script = script_of(p, u.program);
		u.name = NULL;
	}
	return u;
}

const char *const *unit_of_command(struct fix_planning *p,
				   const struct unit_of *u, const char *verb)
{
	if (u->name)
		return fix_argv(p, "systemctl", verb, u->name, (char *)NULL);
	if (u->script)
		return fix_argv(p, u->script, verb, (char *)NULL);

	return NULL;
}

int unit_of_restart(struct fix_planning *p, struct fix_candidate *c,
		    const struct unit_of *u, bool is_reload)
{
	const char *const *argv =
		unit_of_command(p, u, is_reload ? "reload" : "restart");
	const char *name = u->name ? u->name : u->script;
	struct kit_run run = { .argv = argv,
			       .undo = argv,
			       .is_restart = !is_reload };

	/* Daemons that read their files anew do so for this signal; a script
	 * knows only the process that it started itself. */
	if (!u->name && is_reload && u->pid > 1) {
		argv = fix_argv(p, "kill", "-HUP", fix_words(p, "%d", u->pid),
				(char *)NULL);
		name = u->program ? u->program : "?";
		run.argv = argv;
		run.undo = argv;
	}
	if (!argv) {
		fix_remark(
			p,
			_("How %1$s (pid %2$d) was started is not known: it has to be started anew by hand, or the change has no effect."),
			u->program ? u->program : "?", u->pid);
		return 0;
	}
	run.text = fix_words(
		p,
		is_reload
			? _("Has %s read its configuration again; connections stay.")
			: _("Restarts %s: its connections end."),
		name);
	run.undo_text = fix_words(
		p, _("The same again for %s, once the file is as before."),
		name);
	return kit_run(p, c, false, &run) ? 0 : -ENOMEM;
}

int unit_of_reload(struct fix_planning *p, struct fix_candidate *c)
{
	const char *const *argv =
		fix_argv(p, "systemctl", "daemon-reload", (char *)NULL);
	const struct kit_run run = {
		.argv = argv,
		.undo = argv,
		.text = _("Has systemd read its units again."),
		.undo_text = _("The same again, once the file is as before."),
	};

	return kit_run(p, c, false, &run) ? 0 : -ENOMEM;
}

const char *unit_of_file(struct fix_planning *p, const char *name)
{
	static const char *const folders[] = { "/etc/systemd/system",
					       "/run/systemd/system",
					       "/usr/lib/systemd/system",
					       "/lib/systemd/system" };

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		const char *path = fix_words(p, "%s/%s", folders[i], name);

		if (kit_has_file(p, path))
			return path;
	}

	return NULL;
}
